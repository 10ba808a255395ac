import type { Change } from '../report/events.ts'
import type { HostWriter } from '../resource/host.ts'
import type { Absent, Present, WillChange } from '../resource/resource.ts'
import { sh } from '../shell/sh.ts'
import { compare, type Wish } from './changes.ts'
import { hasLine } from './content.ts'
import { type FilePart, partChanges, withFile } from './file-part.ts'
import { markerOf, sumInputs, writeMarker } from './freshness.ts'
import { type UnitState, unitFiles } from './systemd-probe.ts'

export interface UnitWish {
  /** With its suffix. */
  readonly unit: string
  readonly enabled?: boolean
  readonly running?: boolean
  /** Paths that it must have read as they are. */
  readonly inputs: readonly string[]
  readonly file?: FilePart
}

const running = (state: UnitState | undefined): boolean => state?.active === 'active' || state?.active === 'reloading'
/** A unit without an [Install] section cannot be enabled, and starts when something needs it: nothing to wish. */
const enabledEnough = new Set(['enabled', 'static', 'alias', 'indirect', 'generated', 'transient'])
const isEnough = (enabled: string, file: FilePart | undefined): boolean =>
  enabledEnough.has(enabled) && !(file && goesWithItsFile(enabled, file))

/** States of what somebody else put there, which are no more once a file of ours is in its place: a link, say. */
const ofAnotherFile = new Set(['generated', 'alias', 'transient'])
const goesWithItsFile = (enabled: string, { content }: FilePart): boolean =>
  ofAnotherFile.has(enabled) || (enabled === 'static' && hasLine(content, '[Install]', true))
const enabledAtAll = new Set(['enabled', 'enabled-runtime', 'linked'])

export function unitChanges(wish: UnitWish, is: Present<UnitState> | Absent, will: WillChange): readonly Change[] {
  const state = is.is === 'present' ? is.state : undefined
  const file = wish.file ? partChanges('file', wish.file, state?.file ?? null) : []
  const attributes: Record<string, boolean> = {}
  if (wish.enabled !== undefined) attributes.enabled = wish.enabled
  if (wish.running !== undefined) attributes.running = wish.running
  const found = {
    enabled: wish.enabled ? isEnough(state?.enabled ?? '', wish.file) : enabledAtAll.has(state?.enabled ?? ''),
    running: running(state),
  }
  return [...file, ...compare(attributes as Wish, found), ...staleChanges(wish, state, will, file.length > 0)]
}

/** A unit that runs on with what it read before is to be restarted: told by what it read. */
function staleChanges(
  { running: wished, inputs, file }: UnitWish,
  state: UnitState | undefined,
  will: WillChange,
  fileChanges: boolean,
): readonly Change[] {
  if (!wished || !state || !running(state)) return []
  const changing = inputs.filter(path => will.change({ kind: 'file', id: path }))
  const stale = new Set([...state.stale, ...changing, ...(fileChanges && file ? [file.path] : [])])
  if (stale.size === 0) return []
  return [{ attribute: 'has read', before: `an older ${[...stale].sort().join(', ')}`, after: 'the current one' }]
}

/** Nothing is done that is so already; a running unit is restarted only when it is stale. */
export async function applyUnit(on: HostWriter, wish: UnitWish, is: Present<UnitState> | Absent): Promise<void> {
  const state = is.is === 'present' ? is.state : undefined
  const changes = unitChanges(wish, is, { change: () => false })
  const differs = (attribute: string) => changes.some(change => change.attribute.split(' ')[0] === attribute)
  const { unit } = wish
  const steps = ['export LC_ALL=C']
  // A mask that lasts and one until the next boot are two, and may both be there.
  if (state?.load === 'masked' && (wish.enabled || wish.running))
    steps.push(sh`systemctl unmask --no-reload -- ${unit}; systemctl unmask --runtime -- ${unit}`)
  const unread = wish.running === true && isUnread(state)
  if (differs('enabled'))
    steps.push(sh`systemctl ${wish.enabled ? 'enable' : 'disable'} ${unread ? ['--no-reload'] : []} -- ${unit}`)
  if (!differs('enabled') || unread) steps.push(reloadWhereNeeded(wish, state))
  if (differs('running') && !wish.running) steps.push(sh`systemctl stop -- ${unit}`)
  if (wish.running && (differs('running') || differs('has')))
    steps.push(...start(wish, { restart: running(state), unread }))
  const what = `bring ${unit} to its wished state`
  await on.run(steps.join('\n'), { what, timeoutSeconds: 300, ...withFile(wish.file, state?.file ?? null) })
}

/**
 * Enabling makes systemd read all of its units anew, which takes a small host seconds. One that it does not hold yet it
 * reads when it starts it; who wants it, it needs to know at the next boot only.
 */
const isUnread = (state: UnitState | undefined): boolean => state === undefined || state.load === 'not-found'

/**
 * Files in the list before this one may have been a unit's own, so what systemd has read of them is checked afresh; and
 * of a file of ours in front of a package's, systemd does not see by itself that it holds another one.
 */
function reloadWhereNeeded({ unit, file }: UnitWish, state: UnitState | undefined): string {
  if (state?.stale.includes(unitFiles)) return 'systemctl daemon-reload'
  return sh`case $(systemctl show --property=NeedDaemonReload,LoadState,FragmentPath -- ${unit}) in
  (*=yes*|*=not-found*) systemctl daemon-reload ;;
  (*${file ? `FragmentPath=${file.path}` : ''}*) ;;
  (*) systemctl daemon-reload ;;
esac`
}

/** Stops a unit, and takes away its file and our notes of what it has read. A unit in use makes it fail. */
export const unitRemoval = (unit: string, path: string): string => sh`
systemctl disable --no-reload --now -- ${unit}
rm -f -- ${path} ${markerOf(unit)}
systemctl daemon-reload
systemctl reset-failed -- ${unit} 2>/dev/null || :`

function start(
  { unit, inputs, file }: UnitWish,
  { restart, unread }: { readonly restart: boolean; readonly unread: boolean },
): readonly string[] {
  const reads = file ? [...inputs, file.path] : inputs
  return [
    ...(reads.length > 0 ? [sumInputs(reads)] : []),
    // Earlier failures count against a limit on restarts; a start that somebody asked for begins anew.
    ...(unread ? [] : [sh`systemctl reset-failed -- ${unit} 2>/dev/null || :`]),
    sh`systemctl ${restart ? 'restart' : 'start'} -- ${unit} || {
  systemctl status --no-pager --full --lines=12 -- ${unit} >&2 || :; exit 1
}`,
    ...(reads.length > 0 ? [writeMarker(unit)] : []),
  ]
}

import { type Eventual, Late } from '../resource/late.ts'
import type { Absent, Present, Resource } from '../resource/resource.ts'
import { compare, removal } from './changes.ts'
import { rootFile } from './file-part.ts'
import { partText } from './file-text.ts'
import { checkName, checkPath } from './names.ts'
import { fileOccupied } from './occupied.ts'
import { type Mounted, type UnitState, unitProbe } from './systemd-probe.ts'
import { applyUnit, type UnitWish, unitChanges, unitRemoval } from './unit.ts'

export interface MountOptions {
  /** `/dev/sdb1`, or `10.0.0.5:/srv/share`. */
  readonly what: Eventual<string>
  readonly where: string
  readonly type: string
  readonly options?: readonly string[]
}

const network = new Set(['nfs', 'nfs4', 'cifs', 'ceph', 'glusterfs'])

/** The unit name that systemd demands of a mount: `/mnt/nfs-share` is `mnt-nfs\x2dshare.mount`. */
export function mountUnit(where: string): string {
  const hex = (char: string) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`
  const name = where.slice(1).replace(/^\.|[^A-Za-z0-9:_./]/g, hex)
  return `${name.replaceAll('/', '-')}.mount`
}

/**
 * A file system mounted now and at boot, by a mount unit of its own: fstab belongs to the installer and would have to
 * be edited in place. A change of any setting mounts it anew.
 */
export function mount({ what, where, type, options = [] }: MountOptions): Resource<UnitState> {
  checkWhere(where)
  checkName('file system type', type, /^[a-z0-9._-]+$/)
  for (const option of options) checkName('mount option', option, /^[A-Za-z0-9_.=:/-]+$/)
  const text = (source: string): string => {
    checkName('mount source', source, /^[A-Za-z0-9_.:/[\]@-]+$/)
    return [
      `[Unit]\nDescription=${source} on ${where}\n`,
      `[Mount]\nWhat=${source}\nWhere=${where}\nType=${type}`,
      options.length > 0 ? `Options=${options.join(',')}\n` : '',
      `[Install]\nWantedBy=${network.has(type) ? 'remote-fs.target' : 'local-fs.target'}\n`,
    ].join('\n')
  }
  const unit = mountUnit(where)
  const file = rootFile(`/etc/systemd/system/${unit}`, what instanceof Late ? what.map(text) : text(what))
  const wish: UnitWish = { unit, inputs: [], enabled: true, running: true, file }
  /** Told only where something else is mounted there, for without anything `running` says it. */
  const wrong = (mounted: Mounted) => compare({ source: what }, { source: mounted.source })
  return {
    kind: 'mount',
    id: where,
    probe: unitProbe({ unit, inputs: [], file: file.path, where }),
    diff: (is, will) => [
      ...unitChanges(wish, is, will),
      ...(is.is === 'present' && is.state.mounted ? wrong(is.state.mounted) : []),
    ],
    refuse: fileOccupied(file),
    texts: is => [partText('file', file, is.is === 'present' ? is.state.file : null)],
    apply: (on, is) => applyUnit(on, wish, mountedBySomeoneElse(is, wrong) ? restarted(is) : is),
  }
}

const checkWhere = (where: string) => checkName('mount point', checkPath(where), /^[A-Za-z0-9_.:/@-]+$/)

const mountedBySomeoneElse = (is: Present<UnitState> | Absent, wrong: (mounted: Mounted) => readonly unknown[]) =>
  is.is === 'present' && is.state.mounted !== null && wrong(is.state.mounted).length > 0

/** The same state, seen as one that must be mounted anew. */
const restarted = (is: Present<UnitState> | Absent): Present<UnitState> | Absent =>
  is.is === 'present' ? { ...is, state: { ...is.state, stale: ['source'] } } : is

/** Nothing of ours mounted there, now or at boot. What is in use makes it fail. */
export function mountAbsent(where: string): Resource<UnitState> {
  const unit = mountUnit(checkWhere(where))
  const path = `/etc/systemd/system/${unit}`
  return {
    kind: 'mount',
    id: where,
    probe: unitProbe({ unit, inputs: [], file: path, where }),
    diff: is => (is.is === 'present' && is.state.file ? removal() : []),
    apply: async on => {
      await on.run(unitRemoval(unit, path), { what: `unmount ${where}`, timeoutSeconds: 180 })
    },
  }
}

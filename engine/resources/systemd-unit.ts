import type { Ref, Resource } from '../resource/resource.ts'
import { removal } from './changes.ts'
import type { Content } from './content.ts'
import { type FilePart, rootFile } from './file-part.ts'
import { partText } from './file-text.ts'
import { checkName } from './names.ts'
import { fileOccupied } from './occupied.ts'
import { type UnitState, unitProbe } from './systemd-probe.ts'
import { applyUnit, unitChanges, unitRemoval } from './unit.ts'

export interface SystemdUnitOptions {
  /** `nfs-server` or `nfs-server.service`. */
  readonly name: string
  /** Starts at boot. Left alone where it is not given; a unit that cannot be enabled counts as enabled. */
  readonly enabled?: boolean
  /** Runs now. Left alone where it is not given. */
  readonly running?: boolean
  /** File resources that it reads at its start: when one has changed since, it is restarted. */
  readonly freshAfter?: readonly Ref[]
  /** The unit itself, written to /etc/systemd/system; read at its start like the files of `freshAfter`. */
  readonly unitFile?: Content
}

/** As systemd calls it: a name without a suffix is a service. */
export function unitName(name: string): string {
  const suffixed = /\.(service|socket|target|timer|mount|swap|path|slice)$/.test(name) ? name : `${name}.service`
  return checkName('unit name', suffixed, /^[A-Za-z0-9@_:\\-][A-Za-z0-9@_.:\\-]{1,254}$/)
}

/** Names a unit for `alters` of what starts it. */
export const unitRef = (name: string): Ref => ({ kind: 'systemd-unit', id: unitName(name) })

const ownFile = (unit: string): string => `/etc/systemd/system/${unit}`

/** A unit of systemd: at boot, now, and with the files that it reads as they are now. Restart is state, not an event. */
export function systemdUnit(options: SystemdUnitOptions): Resource<UnitState> {
  const unit = unitName(options.name)
  const { freshAfter = [] } = options
  const other = freshAfter.find(ref => ref.kind !== 'file')
  if (other) throw new TypeError(`${unit}: freshAfter takes files, not ${other.kind} ${other.id}`)
  const inputs = freshAfter.map(ref => ref.id)
  const file: FilePart | undefined =
    options.unitFile === undefined ? undefined : rootFile(ownFile(unit), options.unitFile)
  const { enabled, running } = options
  const wish = {
    unit,
    inputs,
    ...(enabled !== undefined && { enabled }),
    ...(running !== undefined && { running }),
    ...(file && { file }),
  }
  return {
    kind: 'systemd-unit',
    id: unit,
    after: freshAfter,
    probe: unitProbe({ unit, inputs, ...(file && { file: file.path }) }),
    diff: (is, will) => unitChanges(wish, is, will),
    ...(file && { refuse: fileOccupied(file) }),
    texts: is => (file ? [partText('file', file, is.is === 'present' ? is.state.file : null)] : []),
    apply: (on, is) => applyUnit(on, wish, is),
  }
}

/** No unit file of ours by this name, and nothing running from it. A unit that a package brought is not touched. */
export function systemdUnitAbsent(name: string): Resource<UnitState> {
  const unit = unitName(name)
  const path = ownFile(unit)
  return {
    kind: 'systemd-unit',
    id: unit,
    probe: unitProbe({ unit, inputs: [], file: path }),
    diff: is => (is.is === 'present' && is.state.file ? removal() : []),
    apply: async on => {
      await on.run(unitRemoval(unit, path), { what: `remove ${unit}`, timeoutSeconds: 300 })
    },
  }
}

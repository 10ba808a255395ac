import { type AnyRole, type RoleView, resolveVars } from '../engine/play/role.ts'
import type { Json } from '../engine/report/events.ts'
import { Late } from '../engine/resource/late.ts'
import { type AnyResource, absent } from '../engine/resource/resource.ts'
import { sha256 } from '../engine/resources/content.ts'

/** For tests: a lab of five hosts, some of them perhaps without an address yet, with what earlier steps have told. */
export interface LabFixture {
  readonly host: string
  readonly facts?: Readonly<Record<string, unknown>>
  readonly vars?: Readonly<Record<string, Json>>
  /** Of other roles, by their names. */
  readonly others?: Readonly<Record<string, Readonly<Record<string, Json>>>>
  /** Hosts that do not exist yet. */
  readonly unborn?: readonly string[]
}

const groups: Readonly<Record<string, readonly string[]>> = {
  all: ['cp', 'worker1', 'worker2', 'worker3', 'nfs'],
  cluster: ['cp', 'worker1', 'worker2', 'worker3'],
  'control-plane': ['cp'],
  workers: ['worker1', 'worker2', 'worker3'],
  storage: ['nfs'],
  registry: ['nfs'],
}
const hosts = groups.all ?? []

export function viewOf({ host, facts = {}, unborn = [], others = {} }: LabFixture): RoleView {
  const address = (name: string) => (unborn.includes(name) ? undefined : `10.55.0.${11 + hosts.indexOf(name)}`)
  const view: RoleView = {
    host,
    groups: Object.keys(groups).filter(group => groups[group]?.includes(host)),
    asked: { limited: false, takeOver: false, pruneData: false },
    lab: {
      name: 'demo',
      source: 'mirror',
      hostsOf: group => groups[group] ?? [],
      addressOf: name => new Late(`address of ${name}`, () => address(name)),
      fact: <T>(name: string) => new Late(name, () => facts[name] as T | undefined),
    },
    varsOf: role => resolveVars(role, others[role.name] ?? {}, view),
  }
  return view
}

export function resourcesOf(role: AnyRole, fixture: LabFixture): readonly AnyResource[] {
  const view = viewOf(fixture)
  return role.resources(resolveVars(role, fixture.vars ?? {}, view), view)
}

/** `kind id` of each, in order. */
export const names = (resources: readonly AnyResource[]): readonly string[] =>
  resources.map(({ kind, id }) => `${kind} ${id}`)

/** What a host that has nothing of it would be told to change, attribute by attribute. */
export function onNothing(resources: readonly AnyResource[], name: string): Readonly<Record<string, unknown>> {
  const resource = resources.find(({ kind, id }) => `${kind} ${id}` === name)
  if (!resource) throw new Error(`no ${name} among ${names(resources).join(', ')}`)
  const changes = resource.diff(absent, { change: () => false })
  return Object.fromEntries(changes.map(({ attribute, after }) => [attribute, after]))
}

/** How a file with this text is told of: by its sum alone. */
export const holding = (text: string): string => sha256(text)

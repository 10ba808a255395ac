import type { LabHosts } from '../../inventory/lab.ts'
import type { ProviderContext } from '../provider.ts'

/** The lab `test` of these hosts, by name and what their inventory says of their size, for a provider under test. */
export function labHere(
  provider: LabHosts['provider'],
  hosts: Readonly<Record<string, object>>,
  settings: object,
  stateFolder: string,
): ProviderContext {
  const names = Object.keys(hosts)
  const lab: LabHosts = {
    name: 'test',
    file: 'test.yaml',
    asked: { inventory: 'test.yaml' },
    provider,
    settings: settings as LabHosts['settings'],
    source: 'upstream',
    selected: names,
    vars: {},
    hosts: Object.entries(hosts).map(([name, size]) => ({ name, groups: ['all'], size: { ...size }, vars: {} })),
    groups: new Map([['all', names]]),
  }
  return { lab, stateFolder, cacheFolder: stateFolder, emit: () => undefined }
}

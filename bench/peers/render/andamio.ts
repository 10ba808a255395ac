import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import type { BenchHost } from '../bench-host.ts'
import { mountOptions, type Work } from '../work.ts'
import { type Files, show } from './files.ts'

const ours = (path: string): string => JSON.stringify(fileURLToPath(new URL(`../../../${path}`, import.meta.url)))

/** A playbook with one role, as a user writes them, with the catalogue's words; and an inventory of hosts that are there. */
export function renderAndamio(work: Work, hosts: readonly BenchHost[], key: string): Files {
  const list = [
    ...(work.packages.length > 0 ? [`aptPackages(${show(work.packages)}, { starts: ${show(work.units)} })`] : []),
    ...work.directories.map(each => `directory(${show(each)})`),
    ...work.files.map(each => `file(${show(each)})`),
    ...work.units.map(name => `systemdUnit({ name: ${show(name)}, enabled: true, running: true })`),
    ...work.sysctls.map(({ key, value, file }) => `sysctl({ ${show(key)}: ${value} }, { name: ${show(file)} })`),
    ...work.mounts.map(
      each =>
        `mount({ what: ${show(each.source)}, where: ${show(each.path)}, type: 'tmpfs', options: ${show(mountOptions(each))} })`,
    ),
  ]
  return {
    'andamio/role.mjs': `export const work = ({ defineRole, resources }) => {
  const { aptPackages, directory, file, mount, sysctl, systemdUnit } = resources
  return defineRole({
    name: 'work',
    summary: 'What every contender does.',
    vars: {},
    resources: () => [
      ${list.join(',\n      ')},
    ],
  })
}
`,
    'andamio/work.mjs': `import { playbook } from ${ours('playbooks/lib/playbook.mjs')}
import { work } from './role.mjs'

await playbook('work', { summary: 'Does the work.' }, words => [
  words.play('Do the work', { on: 'all', roles: [work(words)] }),
])
`,
    'andamio/lab.yaml': stringify({
      lab: 'bench-peers',
      provider: 'static',
      source: 'upstream',
      static: { user: hosts[0]?.user, key, agent: false },
      hosts: Object.fromEntries(hosts.map(({ name, address }) => [name, { address }])),
    }),
  }
}

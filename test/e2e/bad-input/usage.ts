import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { equal, prove } from '../proof.ts'
import { project, runPlaybook } from '../run-playbook.ts'
import { type Refusal, refused } from './refused.ts'

const host = '{ memory: 1G, cpus: 1 }'
const inventory = (rest: string) => `lab: bad\nprovider: local\n${rest}\n`

/** Thirty levels of ten: unfolded, more than there is memory. */
const bomb = Array.from({ length: 30 }, (_, level) =>
  level === 0
    ? '  a0: &a0 [x]'
    : `  a${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
).join('\n')

const inventories: readonly (readonly [string, string, RegExp])[] = [
  ['a group', inventory(`hosts:\n  one: { memory: 1G, cpus: 1, groups: [wrokers] }`), /:4:.*workers/s],
  ['a variable', inventory(`hosts: { one: ${host} }\nvars: { base: { minDisk: 3 } }`), /:4:.*minDiskGiB/s],
  ['a key', inventory(`hosts:\n  one: { memory: 1G, cpus: 1, groops: [] }`), /:4:31.*groups/s],
  ['a host that is there twice', inventory(`hosts:\n  one: ${host}\n  one: ${host}`), /:5:3/],
  ['a host that is in a range, too', inventory(`hosts:\n  w2: ${host}\n  w[1:3]: ${host}`), /:5:3.*w2/s],
  ['a bomb of aliases', inventory(`hosts: { one: ${host} }\nvars:\n${bomb}`), /alias/],
]

const playbooks: readonly (readonly [string, string, Refusal])[] = [
  [
    'a play for nobody',
    `({ play }) => [play('Prepare', { on: 'wrokers', roles: [] })]`,
    unknown('group-unknown', /workers/),
  ],
  ['a step', `({ plya }) => [plya('Prepare', { on: 'all', roles: [] })]`, unknown('playbook-word-unknown', /play/)],
  [
    'a role',
    `({ play, roles }) => [play('Prepare', { on: 'all', roles: [roles.bsae] })]`,
    unknown('playbook-word-unknown', /base/),
  ],
]

function unknown(code: string, names: RegExp): Refusal {
  return { exit: 64, code, names }
}

/** What is not understood is refused before anything is connected to or made. */
export async function usageSteps(scratch: string, env: NodeJS.ProcessEnv): Promise<void> {
  await prove('an unknown flag and an unknown host are refused', async () => {
    refused(await runPlaybook('up', ['--chekc'], env), { exit: 64, code: 'usage', names: /--check/ })
    const limited = await runPlaybook('up', ['--limit', 'worker9'], env)
    refused(limited, { exit: 64, code: 'limit-unknown', names: /worker9/ })
  })

  for (const [what, text, names] of inventories) {
    await prove(`an inventory is refused for ${what}`, async () => {
      const file = join(scratch, 'bad.yaml')
      await writeFile(file, text)
      refused(await runPlaybook('up', ['--inventory', file], env), { exit: 64, code: 'inventory-invalid', names })
    })
  }

  for (const [what, steps, refusal] of playbooks) {
    await prove(`a playbook is refused for ${what} that does not exist`, async () => {
      const file = join(scratch, 'mine.mjs')
      const words = join(project, 'playbooks/lib/playbook.mjs')
      await writeFile(file, `import { playbook } from '${words}'\nawait playbook('mine', { summary: '.' }, ${steps})\n`)
      const result = await runPlaybook(file, [], env)
      equal(
        result.events.map(event => event.type),
        ['run.end'],
        'all that is told',
      )
      refused(result, refusal)
    })
  }
}

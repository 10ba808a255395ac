/**
 * The file manager on a lab of five hosts: a second `up` changes nothing, uploads are nearly as fast as a plain copy, no
 * acknowledged file is lost when servers are deleted, variants follow each other, and all acceptance checks pass. Needs
 * root; about an hour and a half on two cores.
 *
 *   npm run e2e:file-manager-lab -- [--in FOLDER --name LAB] [PART...]
 *
 * With a folder the lab stays, and later runs go on with it. Parts: again, verify, throughput, kills, variants, disturb.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { killUnderLoad } from './e2e/file-manager-lab/kills.ts'
import { Stage } from './e2e/file-manager-lab/stage.ts'
import { compareWithPlainCopy } from './e2e/file-manager-lab/throughput.ts'
import { switchVariants } from './e2e/file-manager-lab/variants.ts'
import { nameOfThisRun } from './e2e/lab-name.ts'
import { equal, figure, holds, proof, prove, say } from './e2e/proof.ts'
import type { PlaybookResult } from './e2e/run-playbook.ts'

const { values, positionals } = parseArgs({
  options: { in: { type: 'string' }, name: { type: 'string' }, kills: { type: 'string' } },
  allowPositionals: true,
})
const scratch = await mkdtemp(join(tmpdir(), 'andamio-users-'))
const stage = await Stage.make(values.name ?? nameOfThisRun('e2e-fm'), values.in)

const always = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]
const disturbing = [19, 20, 21, 22, 23]

/** Of the acceptance checks with these numbers, those that did not pass, or were not there. */
function notPassed({ events }: PlaybookResult, numbers: readonly number[]): readonly string[] {
  const ids = numbers.map(number => `S1-A${number}`)
  const passed = events.flatMap(event => (event.type === 'check.end' && event.passed ? [event.id] : []))
  return ids.filter(id => !passed.includes(id))
}

const parts: Readonly<Record<string, readonly [title: string, act: () => Promise<void>]>> = {
  again: [
    'up again changes nothing',
    async () => {
      const changed = await stage.changes()
      for (const each of changed) say(`  changed: ${each}`)
      figure('changes of a second up', changed.length, { atMost: 0 }, 'changes')
    },
  ],
  verify: [
    'verify passes',
    async () => {
      const result = await stage.verify()
      equal(notPassed(result, always), [], 'checks that did not pass')
      equal(result.exit, 0, 'exit status of verify')
    },
  ],
  throughput: ['uploads are nearly as fast as a plain copy', () => compareWithPlainCopy(stage, scratch)],
  kills: [
    'servers are deleted under load, and nothing is lost',
    () => killUnderLoad(stage, scratch, values.kills === undefined ? undefined : Number(values.kills)),
  ],
  variants: [
    'one variant follows the other',
    () => switchVariants(stage, scratch, ['basic', 'advanced1', 'advanced2']),
  ],
  disturb: [
    'verify passes when it deletes servers, stops a worker and restarts all, and leaves the lab as it was',
    async () => {
      const result = await stage.verify('--disturb', '--yes')
      equal(notPassed(result, [...always, ...disturbing]), [], 'checks that did not pass')
      equal(result.exit, 0, 'exit status of verify')
      figure('changes of the up after that', (await stage.changes()).length, { atMost: 0 }, 'changes')
      equal((await stage.verify()).exit, 0, 'exit status of a verify after that')
    },
  ],
}
const unknown = positionals.filter(name => !(name in parts))
holds(unknown.length === 0, `${unknown} is among ${Object.keys(parts)}`)

await proof(
  'the file manager on a lab',
  async () => {
    await prove('up builds the lab, with the file manager', async () => {
      await stage.up()
    })
    for (const [name, [title, act]] of Object.entries(parts))
      if (positionals.length === 0 || positionals.includes(name)) await prove(title, act)
  },
  async () => {
    await stage.end()
    await rm(scratch, { recursive: true, force: true })
    if (values.in === undefined) say('nothing is left')
  },
)

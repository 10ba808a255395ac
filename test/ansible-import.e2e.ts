/**
 * Inventories at random, read by Ansible itself and by us: groups, hosts and the variables of each must be equal.
 * Installs ansible-core into a folder of its own, once. `npm run e2e:ansible-import [-- COUNT [SEED]]`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { AndamioError } from '../engine/errors.ts'
import { inventories } from '../engine/inventory/ansible/testing/inventories.ts'
import { listOf } from '../engine/inventory/ansible/testing/list.ts'
import { oracle } from './e2e/ansible/oracle.ts'
import { figure, holds, proof, prove, say } from './e2e/proof.ts'
import { pythonEnvironment } from './e2e/python.ts'

const version = '2.19.14'
const [count = 300, seed = Date.now() % 100_000] = process.argv.slice(2).map(Number)

const folder = await mkdtemp(join(tmpdir(), 'ansible-import-'))

await proof(
  'the import of inventories of Ansible',
  async () => {
    const environment = await pythonEnvironment({ name: 'ansible-core', packages: [`ansible-core==${version}`] })
    const program = join(environment, 'bin', 'python')
    for (const [kind, ending] of [
      ['INI', ''],
      ['YAML', '.yaml'],
    ] as const) {
      await prove(`${count} inventories in ${kind} are read as Ansible reads them (seed ${seed})`, async () => {
        const texts = inventories(kind, count, seed)
        const files = texts.map((_, i) => join(folder, `${kind}-${i}${ending}`))
        await Promise.all(files.map((file, i) => writeFile(file, texts[i] ?? '')))
        const theirs = await oracle(program, files)
        const misses: string[] = []
        let [refused, hosts] = [0, 0]
        for (const [i, file] of files.entries()) {
          const saw = theirs[i]
          const ours = attempt(file)
          if (saw === undefined || 'error' in saw) {
            refused += 1
            if (!('error' in ours)) misses.push(`${texts[i]}\nAnsible refuses it: ${saw?.error}`)
          } else if ('error' in ours) misses.push(`${texts[i]}\nwe refuse it: ${ours.error}`)
          else if (!isDeepStrictEqual(JSON.parse(JSON.stringify(ours)), saw))
            misses.push(`${texts[i]}\nours   ${JSON.stringify(ours)}\ntheirs ${JSON.stringify(saw)}`)
          else hosts += Object.keys(saw.hostvars as object).length
        }
        say(`${refused} of them refused by both; ${hosts} hosts with variables in the others`)
        figure(`${kind}: read alike`, count - misses.length, { atLeast: count }, `of ${count}`)
        holds(misses.length === 0, misses.slice(0, 3).join('\n---\n'))
      })
    }
  },
  () => rm(folder, { recursive: true }),
)

function attempt(file: string): ReturnType<typeof listOf> | { error: string } {
  try {
    return listOf([file])
  } catch (error) {
    if (!(error instanceof AndamioError)) throw error
    return { error: `${error.failure.place} ${error.message}` }
  }
}

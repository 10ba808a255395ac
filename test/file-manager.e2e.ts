/**
 * The file manager under attack and under load, with the server as its image has it, on loopback: mutated frames,
 * sessions in crumbs, odd names, files of every size, dawdlers, kills. `npm run e2e:file-manager`, about two minutes;
 * with names of parts it tries these, with `seed=N` what an earlier run has tried.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Random } from '../images/file-manager/testing/random.ts'
import { Bed } from './e2e/file-manager/bed.ts'
import { frameSteps, lorisSteps, nameSteps } from './e2e/file-manager/hostile.ts'
import { killSteps, sizeSteps } from './e2e/file-manager/transfers.ts'
import { holds, proof, say } from './e2e/proof.ts'

const parts = ['sizes', 'frames', 'names', 'dawdlers', 'kills'] as const
const words = process.argv.slice(2)
const asked = words.filter(word => !word.startsWith('seed='))
const seed = words.find(word => word.startsWith('seed='))?.slice('seed='.length)
const wanted = (part: (typeof parts)[number]): boolean => asked.length === 0 || asked.includes(part)

const scratch = mkdtempSync(join(tmpdir(), 'andamio-file-manager-'))
const random = new Random(seed === undefined ? undefined : Number(seed))
let bed: Bed | undefined

async function steps(): Promise<void> {
  holds(
    asked.every(part => (parts as readonly string[]).includes(part)),
    `parts are ${parts.join(', ')}`,
  )
  say(`seed=${random.seed}`)
  bed = await Bed.make(scratch)
  // First, for the client's memory is that of this process: what other parts leave in it is none of the client's.
  if (wanted('sizes')) await sizeSteps(bed)
  if (wanted('frames')) await frameSteps(bed, random, 100_000)
  if (wanted('names')) await nameSteps(bed, random, 20_000)
  if (wanted('dawdlers')) await lorisSteps(bed, 500, 100)
  if (wanted('kills')) await killSteps(bed, random, 50)
}

await proof('the file manager holds', steps, async () => {
  await bed?.close()
  rmSync(scratch, { recursive: true, force: true })
})

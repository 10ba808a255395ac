/**
 * Everything that people and machines get wrong, on real hosts: nothing is lost, and there is one clear error with its
 * place, its cause and a next step. Boots two hosts; needs root. `npm run e2e:bad-input`, about twenty minutes, ten of
 * which it waits for a package lock that nobody releases; `npm run e2e:bad-input -- usage reaching` tries these parts.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { firstBootSteps, userData } from './e2e/bad-input/first-boot.ts'
import { LabOfOne } from './e2e/bad-input/lab-of-one.ts'
import { makeKey, reachingSteps } from './e2e/bad-input/reaching.ts'
import { lockThatStays, loginSteps, stateSteps, turnSteps } from './e2e/bad-input/states.ts'
import { usageSteps } from './e2e/bad-input/usage.ts'
import { equal, holds, proof, prove } from './e2e/proof.ts'

const parts = ['usage', 'reaching', 'first-boot', 'lock', 'states', 'login', 'turns'] as const
const asked = process.argv.slice(2)
const wanted = (...some: readonly (typeof parts)[number][]): boolean =>
  asked.length === 0 || some.some(part => asked.includes(part))

const scratch = await mkdtemp(join(tmpdir(), 'andamio-bad-'))
const env = { XDG_STATE_HOME: join(scratch, 'state') }
const userDataFile = join(scratch, 'user-data')
const cloud = new LabOfOne('badcloud', scratch, env, { image: 'cloud', userData: userDataFile })
const plain = new LabOfOne('bad', scratch, env)

async function steps(): Promise<void> {
  holds(
    asked.every(part => (parts as readonly string[]).includes(part)),
    `parts are ${parts.join(', ')}`,
  )
  await makeKey(scratch)
  await writeFile(userDataFile, userData)
  if (wanted('usage')) await usageSteps(scratch, env)
  if (wanted('reaching')) await reachingSteps(scratch, env)
  if (wanted('first-boot')) await firstBootSteps(cloud)
  const lockHost = wanted('first-boot') ? cloud : plain
  if (wanted('states', 'login', 'turns') || (wanted('lock') && lockHost === plain)) {
    await prove('a host is there, prepared, and a second run changes nothing', async () => {
      equal((await plain.run()).exit, 0, 'exit status')
      const { exit, end } = await plain.run()
      equal([exit, end?.hosts.one?.changed], [0, 0], 'exit status and changes')
    })
  }
  const lockStays = wanted('lock') ? await lockThatStays(lockHost) : undefined
  if (wanted('states')) await stateSteps(plain)
  if (wanted('login')) await loginSteps(plain, scratch, env)
  if (wanted('turns')) await turnSteps(plain)
  await lockStays?.()
}

await proof('what is wrong is said once and clearly, and nothing is lost', steps, async () => {
  await Promise.all([plain.down(), cloud.down()])
  await rm(scratch, { recursive: true, force: true })
})

import { expect, it } from 'vitest'
import { cannotBe } from './preflight.ts'

it.each([
  [{ platform: 'darwin', arch: 'arm64', uid: 501 }, 'need Linux, and this is darwin'],
  [{ platform: 'linux', arch: 'arm64', uid: 0 }, 'need an x86-64 processor, and this one is arm64'],
  [{ platform: 'linux', arch: 'x64', uid: 1000 }, 'need root'],
])('says why %o cannot run local hosts', (machine, why) => expect(cannotBe(machine)).toContain(why))

it('has nothing against root on Linux x86-64', () => {
  expect(cannotBe({ platform: 'linux', arch: 'x64', uid: 0 })).toBeUndefined()
})

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AndamioError } from '../engine/errors.ts'
import { runCommand } from './command.ts'
import { missingPackages, whileLocked } from './debian-packages.ts'
import { scratchFolder } from './testing/fixtures.ts'

const folder = scratchFolder()

test('asks the real dpkg which of some packages are missing', async () => {
  const place = { step: 'test', logFile: join(folder.path, 'log'), signal: new AbortController().signal }
  const run = (program: string, args: readonly string[]) => runCommand(program, args, place)
  // libc6 is printed as libc6:amd64.
  const wanted = ['libc6', 'no-such-package', 'coreutils', 'no-such-package', 'another-missing-one']
  expect(await missingPackages(wanted, run)).toEqual(['another-missing-one', 'no-such-package'])
  expect(await missingPackages(['dpkg'], run)).toEqual([])
})

test("another's lock on the lists is waited for, and nothing else is tried twice", async () => {
  const failing = (stderr: string) =>
    new AndamioError({ code: 'mirror-step-failed', message: 'failed', stderr: [stderr] })
  const answers = [failing('E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt-get)'), 'done']
  const next = async () => {
    const answer = answers.shift()
    if (answer instanceof Error) throw answer
    return answer
  }
  expect(await whileLocked(next, 0.01)).toBe('done')
  answers.push(failing('E: Unable to locate package kmod'), 'done')
  await expect(whileLocked(next, 0.01)).rejects.toThrow('failed')
  expect(answers).toEqual(['done'])
})

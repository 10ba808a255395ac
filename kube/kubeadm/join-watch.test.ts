import { expect, it } from 'vitest'
import { AndamioError, exitCode } from '../../engine/errors.ts'
import { watched } from './join-watch.ts'

/** Work that ends when told to. */
function work() {
  let end = (): void => undefined
  let fail = (_: Error): void => undefined
  const done = new Promise<string>((resolve, reject) => {
    end = () => resolve('joined')
    fail = reject
  })
  return { done, end: () => end(), fail: (error: Error) => fail(error) }
}

it('tells what the work hangs on whenever that moves on, and the work is what it was', async () => {
  const { done, end } = work()
  const told: unknown[] = []
  const seen = ['one', 'one', new Error('no answer'), 'two', undefined]
  const look = async () => {
    const next = seen.shift()
    if (seen.length === 0) end()
    if (next instanceof Error) throw next
    return next
  }
  const joined = await watched(done, { look, tell: trouble => told.push(trouble), everySeconds: 0.001 })
  expect(joined).toBe('joined')
  expect(told.slice(0, 3)).toEqual(['one', undefined, 'two'])
})

it('adds to the failure what was wrong beside it', async () => {
  const { done, fail } = work()
  const failure = { code: 'command-failed', message: 'kubeadm join failed', cause: 'it ended with status 1' }
  const joining = watched(done, {
    look: async () => 'kube-scheduler on cp is in CrashLoopBackOff',
    tell: () => fail(new AndamioError(failure, exitCode.failed)),
    everySeconds: 0.001,
  })
  const cause = 'it ended with status 1; kube-scheduler on cp is in CrashLoopBackOff'
  await expect(joining).rejects.toMatchObject({ exit: 70, failure: { ...failure, cause } })
})

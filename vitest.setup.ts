import { afterAll, expect, vi } from 'vitest'

// Test files share processes, for to start one takes longer than most of them run. So each file gets modules of its
// own: which secrets were revealed, or what was read once, no other file's tests can see.
vi.resetModules()

/** What else a process has that one file's tests could leave changed for the next one's. */
const surroundings = () => ({ ...process.env, cwd: process.cwd(), umask: process.umask() })

const before = surroundings()
afterAll(() => {
  expect(surroundings(), 'this file leaves its process changed for others').toEqual(before)
})

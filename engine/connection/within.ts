import type { Duplex } from 'node:stream'
import { unlessAborted } from './unless-aborted.ts'

/** Rejects when a stream has not come by then. One that comes too late is closed. */
export async function within(seconds: number, opening: Promise<Duplex>): Promise<Duplex> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new Error(`no way to it within ${seconds} s`)), seconds * 1000)
  try {
    return await unlessAborted(late.signal, opening, stream => stream.destroy())
  } finally {
    clearTimeout(timer)
  }
}

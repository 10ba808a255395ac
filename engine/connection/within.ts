import type { Duplex } from 'node:stream'

/** Rejects when a stream has not come by then. One that comes too late is closed. */
export async function within(seconds: number, opening: Promise<Duplex>): Promise<Duplex> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no way to it within ${seconds} s`)), seconds * 1000)
  })
  try {
    return await Promise.race([opening, limit])
  } catch (error) {
    opening.then(
      stream => stream.destroy(),
      () => undefined,
    )
    throw error
  } finally {
    clearTimeout(timer)
  }
}

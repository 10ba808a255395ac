/**
 * Rejects by the signal's reason as soon as it is aborted, whatever `work` is at. What `work` still brings then is given
 * to `discard`.
 */
export async function unlessAborted<T>(
  signal: AbortSignal | undefined,
  work: Promise<T>,
  discard: (late: T) => unknown,
): Promise<T> {
  if (!signal) return work
  let stop = (): void => undefined
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
  })
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    return await Promise.race([aborted, work])
  } catch (error) {
    work.then(discard).catch(() => undefined)
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

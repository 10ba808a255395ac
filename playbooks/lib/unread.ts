import type { Output } from '../../engine/report/failure-text.ts'

/**
 * Aborted when whoever reads `stdout` has gone, as `head` does once it has its lines, or a `tee` that is ended. `tell` is
 * called then: of what stdout is not there to say.
 */
export function whenUnread(stdout: Output, tell: () => void): AbortSignal {
  const controller = new AbortController()
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' || controller.signal.aborted) return
    tell()
    controller.abort()
  })
  return controller.signal
}

import type { Emit } from '../report/events.ts'

export interface Interrupts {
  /** Aborted by the first interrupt. */
  readonly signal: AbortSignal
  /** From then on interrupts do again what they do without us. */
  end(): void
}

/**
 * The first interrupt lets each host finish what it is doing and starts nothing more; the second leaves at once.
 * `unread`, aborted when nobody reads any more what a run tells, is like a first one.
 */
export function listenForInterrupts(emit: Emit, leave: () => void, unread?: AbortSignal): Interrupts {
  const controller = new AbortController()
  const first = (text: string): void => {
    if (controller.signal.aborted) return
    emit({ type: 'notice', level: 'warning', text })
    controller.abort()
  }
  const onSignal = (): void =>
    controller.signal.aborted
      ? leave()
      : first('Interrupted: finishing what is under way. Interrupt again to leave at once.')
  const onUnread = (): void => first('Nobody reads stdout any more: finishing what is under way, as at an interrupt.')
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  if (unread?.aborted) onUnread()
  else unread?.addEventListener('abort', onUnread)
  return {
    signal: controller.signal,
    end() {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
      unread?.removeEventListener('abort', onUnread)
    },
  }
}

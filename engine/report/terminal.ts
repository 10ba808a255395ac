import { createLogUpdate } from 'log-update'

/** Lines that stay, above lines that live. */
export interface Terminal {
  say(lines: readonly string[]): void
  /** Takes the live lines away; what is said afterwards is written plainly. */
  finish(): void
}

/** Long enough to join a burst of events into one repaint, short enough to seem at once. */
const REPAINT_MS = 40
const TICK_MS = 1000

export function createTerminal(stream: NodeJS.WritableStream, live: () => readonly string[]): Terminal {
  const area = createLogUpdate(stream)
  const pending: string[] = []
  let repaint: NodeJS.Timeout | undefined
  let finished = false

  const paint = () => {
    repaint = undefined
    if (pending.length > 0) {
      area.clear()
      stream.write(`${pending.splice(0).join('\n')}\n`)
    }
    const lines = live()
    if (lines.length > 0) area(lines.join('\n'))
    else area.clear()
  }
  // Elapsed times move on although nothing happens.
  const tick = setInterval(paint, TICK_MS)
  tick.unref()

  return {
    say(lines) {
      if (finished) {
        if (lines.length > 0) stream.write(`${lines.join('\n')}\n`)
        return
      }
      pending.push(...lines)
      repaint ??= setTimeout(paint, REPAINT_MS)
    },
    finish() {
      if (finished) return
      finished = true
      clearInterval(tick)
      clearTimeout(repaint)
      area.clear()
      if (pending.length > 0) stream.write(`${pending.splice(0).join('\n')}\n`)
      area.done()
    },
  }
}

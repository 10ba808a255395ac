/** Lines that stay, above lines that live. */
export interface Terminal {
  say(lines: readonly string[]): void
  /** Takes the live lines away; what is said afterwards is written plainly. */
  finish(): void
}

type Tty = NodeJS.WritableStream & { readonly rows?: number }

/** Long enough to join a burst of events into one repaint, short enough to seem at once. */
const REPAINT_MS = 40
const TICK_MS = 1000

const ERASE_BELOW = '\u001b[J'
const ERASE_REST = '\u001b[K'
const SHOW_CURSOR = '\u001b[?25h'
const HIDE_CURSOR = '\u001b[?25l'
/** A row that is too long all the same ends at the edge, so that rows can be counted. */
const WRAP = '\u001b[?7h'
const NO_WRAP = '\u001b[?7l'
const up = (rows: number) => `\u001b[${rows}A\r`
/** Shown at once where a terminal knows it, without a glimpse of what is half done. */
const together = (text: string) => `\u001b[?2026h${text}\u001b[?2026l`

/**
 * Between paintings the cursor rests in an empty row above the live ones. Whatever is erased is thus below it: nothing
 * that stays is ever reached, however many rows the live lines take meanwhile, of a terminal that was made narrower too.
 * That row is left to others, who ask a question there, and what they end with a newline stays.
 */
export function createTerminal(stream: Tty, live: () => readonly string[]): Terminal {
  const pending: string[] = []
  let repaint: NodeJS.Timeout | undefined
  let painted = false
  let finished = false

  /** Takes the live lines away, and says what is to stay. */
  const stay = () => {
    const said = pending.length > 0 ? `${pending.splice(0).join('\n')}\n` : ''
    return painted ? `\r${ERASE_BELOW}${said}` : said
  }
  const paint = () => {
    repaint = undefined
    const rows = live().slice(0, Math.max(1, (stream.rows || 24) - 1))
    if (rows.length === 0) return leave()
    // What has not changed is written over with itself, for where a terminal shows each byte as it comes.
    const said = pending.length > 0 ? stay() : ''
    const area = rows.map(row => `\r\n${row}${ERASE_REST}`).join('') + ERASE_BELOW
    painted = true
    stream.write(together(`${said}${HIDE_CURSOR}${NO_WRAP}${area}${WRAP}${up(rows.length)}`))
  }
  const leave = () => {
    const rest = stay() + (painted ? SHOW_CURSOR : '')
    painted = false
    if (rest !== '') stream.write(rest)
  }
  const soon = () => {
    repaint ??= setTimeout(paint, REPAINT_MS)
  }
  // Elapsed times move on although nothing happens.
  const tick = setInterval(paint, TICK_MS)
  tick.unref()
  // It may have laid out its rows anew.
  stream.on('resize', soon)
  process.once('exit', leave)

  return {
    say(lines) {
      if (finished) {
        if (lines.length > 0) stream.write(`${lines.join('\n')}\n`)
        return
      }
      pending.push(...lines)
      soon()
    },
    finish() {
      if (finished) return
      finished = true
      clearInterval(tick)
      clearTimeout(repaint)
      stream.off('resize', soon)
      process.off('exit', leave)
      leave()
    },
  }
}

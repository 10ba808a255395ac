/** One line an event, on stdout, where the cluster collects them. */
export type Log = (text: string) => void

/** Lines are gathered for so many milliseconds: ten thousand small files must not cost as many system calls. */
const gather = 20

// Whoever reads the log may go; files are served all the same.
process.stdout.on('error', () => undefined)

let waiting = ''
let timer: NodeJS.Timeout | undefined

export const log: Log = text => {
  waiting += `${new Date().toISOString()} ${oneLine(text)}\n`
  if (waiting.length > 65_536) flushLog()
  else timer ??= setTimeout(flushLog, gather)
}

/** Before the process ends. */
export function flushLog(): void {
  clearTimeout(timer)
  timer = undefined
  const text = waiting
  waiting = ''
  if (text !== '') process.stdout.write(text)
}

/** What others chose cannot begin a line of its own, nor steer a terminal. */
export function oneLine(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    character => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}

/** A name in quotes, within a line. */
export const quoted = (name: string): string => JSON.stringify(name.length > 300 ? `${name.slice(0, 300)}...` : name)

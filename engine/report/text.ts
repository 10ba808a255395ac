import { stripVTControlCharacters } from 'node:util'

/** `0.4 s`, `12 s`, `5 min`, `3 min 20 s`, `1 h 05 min`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) {
    const rest = whole % 60
    return `${Math.floor(whole / 60)} min${rest === 0 ? '' : ` ${String(rest).padStart(2, '0')} s`}`
  }
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`
}

/** `1,204`. By hand: the first number that Node formats for a language takes it 40 ms, and every run tells one at once. */
export const withThousands = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',')

/** `1 host`, `3 hosts`, `1,204 objects`. */
export const counted = (count: number, noun: string): string =>
  `${withThousands(count)} ${noun}${count === 1 || noun === '' ? '' : 's'}`

/**
 * Text from elsewhere (a host's stderr, a file's content) with everything removed that would steer a terminal. Keeps
 * newlines; tabs become spaces so that columns can be counted.
 */
export const printable = (text: string): string =>
  // Also the bidirectional overrides: they make a line read otherwise than it is.
  stripVTControlCharacters(text)
    .replace(/\t/g, '    ')
    .replace(/[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, '')

/** The same value with every text in it made printable. What reporters for people do to an event before all else. */
export function harmless<T>(value: T): T {
  if (typeof value === 'string') return printable(value) as T
  if (Array.isArray(value)) return value.map(harmless) as T
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [printable(key), harmless(part)])) as T
}

export const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ').trim()

/** At most `width` characters, an ellipsis where something was left out. */
export const clip = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`

/** The same, with what was left out in its middle: of a sentence the beginning tells what, the end how. */
export function clipMiddle(text: string, width: number): string {
  if (text.length <= width) return text
  const end = Math.floor((width - 1) * 0.4)
  return `${text.slice(0, width - 1 - end)}…${text.slice(text.length - end)}`
}

/**
 * Breaks at spaces, each line as far in as the one it is of; a word longer than `width` stays whole, for paths and
 * commands are copied from here.
 */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap(line => {
    const [indent = ''] = /^ */.exec(line) ?? []
    const lines: string[] = []
    let current = ''
    for (const word of line.slice(indent.length).split(' ')) {
      if (current !== '' && indent.length + current.length + 1 + word.length > width) {
        lines.push(current)
        current = word
      } else current = current === '' ? word : `${current} ${word}`
    }
    return [...lines, current].map(text => (text === '' ? '' : indent + text))
  })
}

/** `a, b, c` broken behind its commas; what is longer than `width` itself, at its spaces. */
export function foldList(items: readonly string[], width: number): string[] {
  const lines: string[] = []
  let current = ''
  for (const item of items.filter(text => text !== '')) {
    if (current !== '' && current.length + item.length + 3 > width) {
      lines.push(`${current},`)
      current = ''
    }
    current = current === '' ? item : `${current}, ${item}`
  }
  return [...lines, current].flatMap(line => wrap(line, width))
}

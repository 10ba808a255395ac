/** What people see: names that cannot do anything to a terminal, sizes, times, and how wide all that is. */

const dangerous = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu

/** With whatever could move a cursor, change a colour or turn the direction of text written out. */
export const visible = (text: string): string =>
  text.replace(dangerous, character => {
    const point = character.codePointAt(0) ?? 0
    return point < 256 ? `\\x${point.toString(16).padStart(2, '0')}` : `\\u{${point.toString(16)}}`
  })

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** `31 B`, `1.2 MiB`, `640 KiB`. */
export function shownSize(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1024 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`
}

/** `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function shownTime(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** `2026-11-21 10:53`, by the clock of whoever looks. */
export function shownDate(milliseconds: number): string {
  const date = new Date(milliseconds)
  if (Number.isNaN(date.getTime())) return ''.padEnd(16)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}

/** `1 file`, `10,000 files`. */
export const counted = (count: number, what: string): string =>
  `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u
const narrow = /[\p{Mn}\p{Me}\p{Cf}]/u

/** Columns of a terminal that a text fills. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += wide.test(character) ? 2 : narrow.test(character) ? 0 : 1
  return width
}

/** Cut in its middle where it is wider than so many columns: the end of a name tells as much as its beginning. */
export function fitted(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text
  const characters = [...text]
  const half = (columns - 1) / 2
  const [head, tail] = [takeColumns(characters, Math.ceil(half)), takeColumns(characters.reverse(), Math.floor(half))]
  return `${head.join('')}…${tail.reverse().join('')}`
}

function takeColumns(characters: readonly string[], columns: number): string[] {
  let left = columns
  const end = characters.findIndex(character => {
    left -= widthOf(character)
    return left < 0
  })
  return characters.slice(0, end < 0 ? undefined : end)
}

import { FileManagerError } from './errors.ts'

/** What both sides put before the names of files that are not whole yet; never listed, never served, never uploaded. */
export const partialPrefix = '.andamio-partial-'

const longest = 255

/** What most are, and nothing below can be wrong with: it is asked of every file, several times. */
const ordinary = /^[A-Za-z0-9][A-Za-z0-9._ -]{0,200}$/

/** Why `name` is not the name of a file here, as the end of a sentence; undefined when it is. */
export function whyNotName(name: string): string | undefined {
  if (ordinary.test(name)) return undefined
  if (name === '') return 'is empty'
  if (name === '.' || name === '..') return 'means a folder'
  if (/[/\\]/.test(name)) return 'has a separator in it'
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) return 'has control characters in it'
  if (/\p{Bidi_Control}/u.test(name)) return 'has characters in it that turn the direction of text'
  if (/\p{Cs}/u.test(name)) return 'is not well-formed Unicode'
  if (name.normalize('NFC') !== name) return 'is not in Unicode normal form C'
  if (Buffer.byteLength(name) > longest) return `has more than ${longest} bytes`
  if (isPartial(name)) return `begins with ${partialPrefix}`
  return undefined
}

/** Case does not matter: some file systems that a client may have do not tell the two apart. */
const isPartial = (name: string): boolean => name.toLowerCase().startsWith(partialPrefix)

/** Throws `name`. Both sides call it with whatever the other sent, before the name touches a path. */
export function checkName(name: string): string {
  const why = whyNotName(name)
  if (why === undefined) return name
  throw new FileManagerError('name', `the name ${JSON.stringify(name.slice(0, 80))} ${why}`)
}

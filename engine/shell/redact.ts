import { stripVTControlCharacters } from 'node:util'
import { revealedSecrets } from './secret.ts'

/** Shorter values are too common to be masked without making every log unreadable. */
const shortest = 4
const formsOf = new Map<string, readonly string[]>()

/** `text` without any revealed secret: as it is, line by line, and in base64, hexadecimal, URL and JSON form. */
export function redact(text: string, secrets: Iterable<string> = revealedSecrets()): string {
  let redacted = text
  for (const secret of secrets) {
    if (secret.length < shortest) continue
    for (const form of forms(secret)) redacted = redacted.replaceAll(form, '***')
  }
  return redacted
}

/**
 * Foreign output made fit for a log or a terminal: escape sequences and control characters out, so that a host cannot
 * write on our screen, then secrets, which an escape sequence could have cut in two.
 */
export function forLog(text: string, secrets?: Iterable<string>): string {
  const plain = stripVTControlCharacters(text)
    .replace(/\r\n?/g, '\n')
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, '')
  return redact(plain, secrets)
}

function forms(secret: string): readonly string[] {
  const known = formsOf.get(secret)
  if (known) return known
  // A key of many lines is printed line by line; its armour is no secret.
  const lines = secret.split('\n').filter(line => line.length >= 16 && !line.startsWith('-----'))
  const made = [...new Set([secret.trim(), ...lines])].flatMap(encodings).filter(form => form.length >= shortest)
  const longestFirst = [...new Set(made)].sort((a, b) => b.length - a.length)
  formsOf.set(secret, longestFirst)
  return longestFirst
}

function encodings(value: string): readonly string[] {
  const bytes = Buffer.from(value)
  const url = encodeURIComponent(value)
  return [
    value,
    url,
    url.replaceAll('%20', '+'),
    JSON.stringify(value).slice(1, -1),
    value.replaceAll("'", "'\\''"),
    bytes.toString('hex'),
    ...base64Within(bytes, 'base64'),
    ...base64Within(bytes, 'base64url'),
  ]
}

/**
 * Base64 of a longer text shows a value in one of three ways, by where its bytes fall; only the characters that the
 * value alone decides are compared. This is what finds the password in `Authorization: Basic`.
 */
function base64Within(bytes: Buffer, encoding: 'base64' | 'base64url'): readonly string[] {
  return [0, 1, 2].map(offset => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString(encoding)
      .replace(/=+$/, '')
    const first = Math.ceil((offset * 8) / 6)
    const last = Math.floor(((offset + bytes.length) * 8) / 6)
    return encoded.slice(first, last)
  })
}

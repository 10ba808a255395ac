import { stripVTControlCharacters } from 'node:util'
import { revealedSecrets } from './secret.ts'

/** Shorter values are too common to be masked without making every log unreadable. */
const shortest = 4

/** Every form of every secret by how it begins, so that a text is walked once, however many secrets there are. */
type Forms = ReadonlyMap<string, readonly string[]>
let ofRevealed: { readonly count: number; readonly forms: Forms } = { count: 0, forms: new Map() }

/** `text` without any revealed secret: as it is, line by line, and in base64, hexadecimal, URL and JSON form. */
export function redact(text: string, secrets?: Iterable<string>): string {
  const forms = secrets ? byBeginning(secrets) : formsOfRevealed()
  if (forms.size === 0) return text
  let redacted = ''
  let copied = 0
  let hiddenTo = 0
  for (let at = 0; at + shortest <= text.length; at++) {
    const found = forms.get(text.slice(at, at + shortest))?.find(form => text.startsWith(form, at))
    if (found === undefined) continue
    // Of two that overlap no end may stay to be seen: they share one mask.
    if (at >= hiddenTo) redacted += `${text.slice(copied, at)}***`
    hiddenTo = Math.max(hiddenTo, at + found.length)
    copied = hiddenTo
  }
  return redacted + text.slice(copied)
}

/**
 * Foreign output made fit for a log or a terminal: escape sequences and control characters out, so that a host cannot
 * write on our screen, then secrets, which an escape sequence could have cut in two.
 */
export function forLog(text: string, secrets?: Iterable<string>): string {
  return redact(plain(text), secrets)
}

/**
 * `redact` for a text that keeps its control characters, unless one of them cuts a secret in two: whoever shows it takes
 * them out, and would put the secret together again.
 */
export function redactAsItIs(text: string, secrets?: Iterable<string>): string {
  const redacted = redact(text, secrets)
  if (!steering.test(redacted)) return redacted
  const shown = plain(redacted)
  const clean = redact(shown, secrets)
  return clean === shown ? redacted : clean
}

const steering = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/

function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?/g, '\n')
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, '')
}

/** Made anew when another secret has been revealed; none is ever taken back. */
function formsOfRevealed(): Forms {
  const revealed = revealedSecrets()
  if (revealed.size !== ofRevealed.count) ofRevealed = { count: revealed.size, forms: byBeginning(revealed) }
  return ofRevealed.forms
}

function byBeginning(secrets: Iterable<string>): Forms {
  const forms = new Map<string, string[]>()
  for (const form of new Set([...secrets].filter(({ length }) => length >= shortest).flatMap(formsOf))) {
    const beginning = form.slice(0, shortest)
    forms.set(beginning, [...(forms.get(beginning) ?? []), form])
  }
  for (const alike of forms.values()) alike.sort((a, b) => b.length - a.length)
  return forms
}

function formsOf(secret: string): readonly string[] {
  // A key of many lines is printed line by line; its armour is no secret.
  const lines = secret.split('\n').filter(line => line.length >= 16 && !line.startsWith('-----'))
  return [...new Set([secret.trim(), ...lines])].flatMap(encodings).filter(form => form.length >= shortest)
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

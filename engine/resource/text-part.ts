import type { Secret } from '../shell/secret.ts'
import type { Eventual } from './late.ts'
import type { HostProbe } from './probe.ts'

/** A text within a resource, for people who ask what differs inside. */
export interface TextPart {
  /** Names the change that it explains. */
  readonly attribute: string
  /** At the head of the difference: a path, a file of manifests. */
  readonly name: string
  /** What stands there: null where nothing does. A probe is asked only when the difference is to be shown. */
  readonly before: string | null | HostProbe<TextState>
  /** What is to stand there. A secret is never shown, nor what stands in its place. */
  readonly after: Eventual<string | Secret>
}

/** A text that was read, or why it cannot be shown: `binary`, `too large (1.2 MB)`. */
export type TextState = { readonly text: string } | { readonly hidden: string }

/** Of one text, in bytes: beyond it nobody reads a difference, and it would travel for nothing. */
export const longestText = 128 * 1024

/** `text` as it may be shown, by its size and by whether people can read it. */
export function shownText(text: Uint8Array, size = text.length): TextState {
  if (size > longestText) return { hidden: `too large (${sizeWords(size)})` }
  const decoded = Buffer.from(text).toString('utf8')
  // What is no UTF-8 comes back with marks of replacement in it, which it may not have had.
  return decoded.includes('\0') || !Buffer.from(decoded).equals(Buffer.from(text))
    ? { hidden: `binary, ${sizeWords(size)}` }
    : { text: decoded }
}

function sizeWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

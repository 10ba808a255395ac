import { createHash } from 'node:crypto'
import { type Eventual, known, Late } from '../resource/late.ts'
import type { Secret } from '../shell/secret.ts'

/** What a file is to hold. A `Secret` is shown to nobody: states, changes and reports have its SHA-256 only. */
export type Content = Eventual<string | Secret>

const reveal = (content: string | Secret): string => (typeof content === 'string' ? content : content.reveal())

export function sha256(content: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

/** `sha256:<hex>`, as probes find it. */
export function digest(content: Content): Eventual<string> {
  const hash = (text: string | Secret) => sha256(reveal(text))
  return content instanceof Late ? content.map(hash) : hash(content)
}

/** The content itself, for an upload and nothing else. Late content must be known by now. */
export function bytes(content: Content): string {
  return reveal(content instanceof Late ? content.now() : content)
}

/** Whether one of its lines is `line`; `unknown` of what is not known yet. */
export function hasLine(content: Content, line: string, unknown: boolean): boolean {
  const text = known(content)
  return text === undefined ? unknown : reveal(text).split('\n').includes(line)
}

export interface UploadFile {
  /** Absolute. Its directory must exist. */
  readonly path: string
  readonly content: string | Uint8Array
  /** Octal, e.g. `0644`. */
  readonly mode: string
  /** `root:root` or `10001:10001`. */
  readonly owner: string
}

export const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === 'string' ? Buffer.from(content) : content

/** A directory that is to be there, whatever it holds. */
export interface UploadDirectory {
  /** Absolute. */
  readonly path: string
  /** Octal, e.g. `0644`; given when it is created, so that it is never open to more. */
  readonly mode: string
  /** `root:root` or `10001:10001`. */
  readonly owner: string
}

/** A file and the whole of what it holds. Its directory must exist. */
export interface UploadFile extends UploadDirectory {
  readonly content: string | Uint8Array
}

export type UploadEntry = UploadFile | UploadDirectory

export const isFile = (entry: UploadEntry): entry is UploadFile => 'content' in entry

export const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === 'string' ? Buffer.from(content) : content

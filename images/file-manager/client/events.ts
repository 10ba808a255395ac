import type { Problem } from './problem.ts'

/** What happens, for whoever shows it: lines for people, or one JSON object a line for programs. */

export type Direction = 'upload' | 'download'

export interface ListedFile {
  readonly name: string
  /** Bytes; undefined for a folder. */
  readonly size: number | undefined
  /** Milliseconds. */
  readonly modified: number
}

/** `same`: what was wanted is there already, to the byte. */
export type Done = 'done' | 'same'

export type ClientEvent =
  | { readonly type: 'connected'; readonly node: string; readonly server: string; readonly plainText: boolean }
  | { readonly type: 'lost'; readonly server: string; readonly why: string }
  | { readonly type: 'listed'; readonly where: 'here' | 'remote'; readonly files: readonly ListedFile[] }
  | { readonly type: 'transfers.begin'; readonly direction: Direction; readonly files: number }
  | {
      readonly type: 'transfer.end'
      readonly direction: Direction
      readonly name: string
      readonly outcome: Done
      readonly size: number
      readonly sha256: string
      readonly seconds: number
      /** Bytes of it that were there from an earlier attempt. */
      readonly resumed: number
    }
  | {
      readonly type: 'transfer.end'
      readonly direction: Direction
      readonly name: string
      readonly outcome: 'failed'
      readonly problem: Problem
      readonly place?: string | undefined
    }
  | { readonly type: 'transfers.end'; readonly tally: Tally }
  | { readonly type: 'problem'; readonly problem: Problem; readonly place?: string | undefined }
  | { readonly type: 'note'; readonly text: string }

/** How far the transfers of one command are. */
export interface Tally {
  readonly direction: Direction
  readonly files: number
  readonly began: number
  /** Of files: whole ones, those that were there already, those that failed, those that nobody got to. */
  done: number
  same: number
  failed: number
  untried: number
  /** Bytes that have moved, in this command, and that will have been, as far as sizes are known by now. */
  moved: number
  expected: number
  /** Bytes that were there from earlier attempts: part of what is expected, and of no rate. */
  resumed: number
  /** The one that was begun last. */
  name: string
}

export interface Reporter {
  tell(event: ClientEvent): void
  /** Shows `tally` as it grows, until the function that this returns is called. */
  watch(tally: Tally): () => void
  /** Asks a person, on a terminal; undefined where there is none. */
  ask?(question: string, signal: AbortSignal): Promise<string>
}

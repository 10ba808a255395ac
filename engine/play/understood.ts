import { usageError } from '../errors.ts'
import type { Read } from './read-arguments.mjs'

type Values = Extract<Read, { values: unknown }>

/** The values on a command line that asks for no help. Throws a usage error (exit 64) where it was not understood. */
export function understood(read: Read, called: string): Values {
  if ('values' in read) return read
  if ('refused' in read) throw usageError({ message: read.refused, place: called, next: read.next })
  throw new Error('a question for help is answered before')
}

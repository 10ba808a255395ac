import { fitting } from '../connection/upload-archive.ts'
import type { UploadEntry } from '../connection/upload-file.ts'
import type { Json } from '../report/events.ts'
import type { Absent, AnyResource, Present } from './resource.ts'

/** How a resource stands; undefined where it is in order, or not known. */
export type Wanting = (resource: AnyResource) => Present<Json> | Absent | undefined

/** A file or a directory that is to be put in place, and the resource whose wish it is. */
export interface Companion {
  readonly resource: AnyResource
  readonly entry: UploadEntry
}

/**
 * What can be put in place together with the first of a list: the directories and files that follow it, with nothing
 * else in between, and differ as well. Empty where the first is no such thing itself.
 */
export function companyOf([first, ...later]: readonly AnyResource[], wanting: Wanting): readonly Companion[] {
  const own = first && entryOf(first, wanting)
  if (!own) return []
  const end = later.findIndex(({ puts }) => puts === undefined)
  const company = (end < 0 ? later : later.slice(0, end)).flatMap(resource => {
    const entry = entryOf(resource, wanting)
    return entry ? [{ resource, entry }] : []
  })
  return company.slice(0, Math.max(0, fitting([own, ...company.map(({ entry }) => entry)]) - 1))
}

function entryOf(resource: AnyResource, wanting: Wanting): UploadEntry | undefined {
  const is = resource.puts && wanting(resource)
  return is && resource.puts?.(is)
}

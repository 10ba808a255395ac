import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { writeFileAtomically } from '../lab/atomic.ts'
import type { HostLayout } from '../lab/layout.ts'
import { readJson } from '../lab/read-json.ts'

/**
 * An instance is ours by its name: half of it is drawn by lot when the host is made, and kept in the lab's folder from
 * before the instance is there. So a run that is killed knows what it has begun, and nobody else's instance of the same
 * host name is ever taken for ours.
 */
export const drawName = (lab: string, host: string): string =>
  `${lab}-${host.slice(0, longestHost)}-${randomBytes(4).toString('hex')}`

/** Names become host names, of which Linux takes 64 bytes: 20 of the lab, 8 by lot, two hyphens. */
const longestHost = 30

/** Whether this is such a name of this host's, ours or not; whatever the case, for DNS and file systems tell none. */
export function looksLike(lab: string, host: string, name: string): boolean {
  const start = `${lab}-${host.slice(0, longestHost)}-`
  const lower = name.toLowerCase()
  return lower.startsWith(start) && /^[0-9a-f]{8}$/.test(lower.slice(start.length))
}

const fileOf = ({ folder }: HostLayout): string => join(folder, 'instance.json')

/** The name of the host's instance; undefined where none was ever begun. */
export const recordedName = (layout: HostLayout): string | undefined =>
  readJson<{ readonly name: string }>(fileOf(layout))?.name

export const recordName = (layout: HostLayout, name: string): void =>
  writeFileAtomically(fileOf(layout), `${JSON.stringify({ name })}\n`)

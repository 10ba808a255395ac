import { rmSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { writeFileAtomically } from './atomic.ts'
import { readJson } from './read-json.ts'

/** What a lab keeps of its network: hosts have their addresses on disk, so the two must outlive a boot together. */
export interface NetworkRecord {
  readonly subnet: string
  readonly addresses: Readonly<Record<string, string>>
}

/** Undefined where the lab has none yet. */
export const readRecord = (file: string): NetworkRecord | undefined => readJson<NetworkRecord>(file)

export const writeRecord = (file: string, record: NetworkRecord): void =>
  writeFileAtomically(file, `${JSON.stringify(record, undefined, 2)}\n`)

/** Without a pause between reading and writing: hosts of one lab are removed side by side. */
export function forgetAddress(file: string, host: string): void {
  const record = readRecord(file)
  if (!record?.addresses[host]) return
  const { [host]: _, ...addresses } = record.addresses
  writeRecord(file, { ...record, addresses })
}

export const removeRecord = (file: string): void => rmSync(file, { force: true })

/** Subnets of the operator's other labs, running or not: a stopped one wants its addresses back. */
export async function subnetsOfOthers(file: string): Promise<string[]> {
  const own = dirname(file)
  const entries = await readdir(dirname(own), { withFileTypes: true }).catch(() => [])
  return entries
    .filter(entry => !entry.isFile() && entry.name !== basename(own))
    .flatMap(({ name }) => readRecord(join(dirname(own), name, basename(file)))?.subnet ?? [])
}

import { rename, rm, writeFile } from 'node:fs/promises'

/**
 * A report as a whole or not at all, for its owner's eyes: it names hosts, addresses and what differs in their files.
 */
export async function writeReport(path: string, content: string | Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`
  try {
    await writeFile(draft, content, { mode: 0o600, flag: 'wx' })
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

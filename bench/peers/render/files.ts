import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** What a contender reads: texts by their paths in the stage's folder. */
export type Files = Readonly<Record<string, string>>

export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

/** Where a file's content lies for a tool that copies files, beside its playbook. */
export const sourceOf = (path: string): string => `files/${path.slice(1).replaceAll('/', '-')}`

/** As a literal of JavaScript or of Python. */
export const show = (value: unknown): string => JSON.stringify(value)

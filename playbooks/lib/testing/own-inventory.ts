import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

const builtin = new URL('../../../inventory/local.yaml', import.meta.url)

/**
 * The embedded default under a name that no lab of this machine has: whoever runs tests may have a lab by the usual name,
 * which is another's to them. Gone with the test.
 */
export async function ownInventory(): Promise<{ readonly lab: string; readonly file: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'andamio-inventory-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const [lab, file] = [`own-${process.pid}`, join(folder, 'own.yaml')]
  await writeFile(file, (await readFile(builtin, 'utf8')).replace(/^lab: .*/m, `lab: ${lab}`))
  return { lab, file }
}

import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Run } from '../../../engine/play/run.ts'
import { type Access, findAccess } from '../../../images/file-manager/client/access.ts'
import type { Variant } from '../../../roles/file-manager/variants.ts'
import { nodeAddresses } from '../cluster-reader.ts'
import { removeStored } from './stored.ts'

export interface TestFile {
  readonly name: string
  readonly content: string
}

/** The files of the presentation; with a mark in front they are in nobody's way. */
export const testFiles = (mark = ''): readonly TestFile[] => [
  { name: `${mark}test1.txt`, content: 'Este es el archivo de prueba 1\n' },
  { name: `${mark}test2.txt`, content: 'Este es el archivo de prueba 2\n' },
  { name: `${mark}demo.txt`, content: 'Archivo de la demostración\n' },
]

/** One stay of somebody who looks at a lab's file manager: what is used by it, and taken away at its end. */
export class Visit {
  readonly run: Run
  readonly variant: Variant
  readonly files: readonly TestFile[]
  /** On this machine, with a folder for each client. */
  readonly folder: string

  private constructor(run: Run, variant: Variant, files: readonly TestFile[], folder: string) {
    this.run = run
    this.variant = variant
    this.files = files
    this.folder = folder
  }

  /** Files get names that no other visit's have, unless others are given. */
  static async open(
    run: Run,
    variant: Variant,
    files: readonly TestFile[] = testFiles(`verify-${randomBytes(3).toString('hex')}-`),
  ): Promise<Visit> {
    const folder = await mkdtemp(join(tmpdir(), 'andamio-visit-'))
    const visit = new Visit(run, variant, files, folder)
    const client = await visit.place('client')
    for (const { name, content } of files) await writeFile(join(client, name), content)
    return visit
  }

  /** A folder of this machine that a client works in; empty but for what was left there. */
  async place(name: string): Promise<string> {
    const folder = join(this.folder, name)
    await mkdir(folder, { recursive: true })
    return folder
  }

  /** What `up` has left here for clients. Throws a `Problem` where it has not. */
  get access(): Access {
    return findAccess('', { lab: this.run.lab.name }, process.env, () => undefined)
  }

  /** Addresses of the nodes, the workers' first: they are what would be given to users. */
  get nodes(): readonly string[] {
    const all = nodeAddresses(this.run)
    const workers = new Set(this.run.lab.groups.get('workers') ?? [])
    return [...all].sort(([a], [b]) => Number(workers.has(b)) - Number(workers.has(a))).map(([, address]) => address)
  }

  /** By way of which most is done. */
  get node(): string {
    return this.nodes[0] ?? ''
  }

  /** Takes away what was put here and, unless it is to be kept, on the lab. What could not be is named in a warning. */
  async close({ keep = false } = {}): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
    if (keep) return
    const names = this.files.map(({ name }) => name)
    try {
      await removeStored(this.run, this.variant, names)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      this.run.remind(`${names.join(', ')} may be left on the file manager: ${why}`)
    }
  }
}

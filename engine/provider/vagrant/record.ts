import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { writeFileAtomically } from '../lab/atomic.ts'
import type { HostLayout } from '../lab/layout.ts'
import { readJson } from '../lab/read-json.ts'
import type { Machine } from './status.ts'

/** What was learnt of a machine on Vagrant's own way into it, and of which machine: one made anew is another. */
export interface MachineRecord {
  readonly id: string
  /** That the other hosts reach it at. */
  readonly address: string
}

const fileOf = ({ folder }: HostLayout): string => join(folder, 'machine.json')

export const readRecord = (layout: HostLayout): MachineRecord | undefined => readJson(fileOf(layout))

export const writeRecord = (layout: HostLayout, record: MachineRecord): void =>
  writeFileAtomically(fileOf(layout), `${JSON.stringify(record)}\n`)

/** What Vagrant knows the machine by, such as its UUID in VirtualBox. Empty where it has written none. */
export async function machineId(folder: string, { name, provider }: Machine): Promise<string> {
  const dotFolder = resolve(folder, process.env.VAGRANT_DOTFILE_PATH || '.vagrant')
  const id = await readFile(join(dotFolder, 'machines', name, provider, 'id'), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return ''
      throw error
    },
  )
  return id.trim()
}

import { quote } from '../../shell/quote.ts'
import { inBytes } from '../lab/sizes.ts'
import { machineBegun } from './begun.ts'
import { writtenSize } from './project.ts'

export interface SizeWish {
  readonly host: string
  readonly memory: string
  readonly cpus: number
}

/** What a machine is to have by now and takes only as it starts anew, and how it comes to it: a sentence each. */
export const sizeDiffers = (folder: string, wishes: readonly SizeWish[]): readonly string[] =>
  wishes.flatMap(({ host, memory, cpus }) => {
    const written = machineBegun(folder, host) ? writtenSize(folder, host) : undefined
    if (written === undefined) return []
    const differs = [
      ...(written.memory === inBytes(memory) / 2 ** 20 ? [] : [`memory: ${written.memory} MiB, not ${memory}`]),
      ...(written.cpus === cpus ? [] : [`cpus: ${written.cpus}, not ${cpus}`]),
    ]
    if (differs.length === 0) return []
    return [
      `${host} keeps the size that it has until it starts anew (${differs.join('; ')}). ` +
        `To have it now, after this run: cd ${quote(folder)} && vagrant reload ${host}`,
    ]
  })

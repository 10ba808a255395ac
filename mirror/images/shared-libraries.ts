import { access, readlink } from 'node:fs/promises'
import { join, normalize } from 'node:path'

export type ReadElf = (file: string) => Promise<string>

/** Where the loader of a Debian system looks, in order. */
const folders = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu', 'usr/lib', 'lib', 'usr/lib64', 'lib64']

/** Names that a program's dynamic section and header ask for: `readelf --dynamic --program-headers --wide`. */
export function neededBy(readelf: string): readonly string[] {
  const libraries = [...readelf.matchAll(/\(NEEDED\).*\[(.+?)\]/g)].map(match => match[1] ?? '')
  const interpreter = /program interpreter: (.+?)\]/.exec(readelf)?.[1]
  return interpreter ? [...libraries, interpreter.replace(/.*\//, '')] : libraries
}

/**
 * Everything that programs (paths in `root`) load at their start, found by reading them; nothing in `root` is run. Gives
 * each library's name and its real file in `root`. Throws when one is not there.
 *
 * Plug-ins that a program opens later must be given as programs: iptables' own want libm, and without it every Service of
 * several pods is missing while all nodes say Ready.
 */
export async function sharedLibraries(
  root: string,
  programs: readonly string[],
  readElf: ReadElf,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  const queue = [...programs]
  for (let program = queue.pop(); program !== undefined; program = queue.pop()) {
    for (const name of neededBy(await readElf(join(root, program)))) {
      if (found.has(name)) continue
      const file = await find(root, name)
      if (!file) throw new Error(`${program} needs ${name}, which none of the packages holds`)
      found.set(name, file)
      queue.push(file)
    }
  }
  return found
}

async function find(root: string, name: string): Promise<string | undefined> {
  for (const folder of folders) {
    const file = await realFile(root, join(folder, name))
    if (file) return file
  }
  return undefined
}

/** Follows links within `root`: an absolute one means `root`'s own. */
async function realFile(root: string, path: string): Promise<string | undefined> {
  let file = path
  for (let hops = 0; hops < 10; hops++) {
    const target = await readlink(join(root, file)).catch(() => undefined)
    if (target === undefined) break
    file = target.startsWith('/') ? target.slice(1) : normalize(join(file, '..', target))
  }
  return access(join(root, file)).then(
    () => file,
    () => undefined,
  )
}

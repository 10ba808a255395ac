import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename, join } from 'node:path'

const readOr = <T>(promise: Promise<T>, otherwise: T): Promise<T> => promise.catch(() => otherwise)

/**
 * Which of these folders a process of this machine uses: runs from, was told of on its command line, in a configuration
 * file that it names, or holds a file open in. The value says which: `linux (812)`. A process that ends meanwhile uses
 * nothing.
 */
export async function foldersInUse(folders: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const users = new Map<string, string>()
  const processes = (await readdir('/proc')).filter(name => /^\d+$/.test(name) && name !== String(process.pid))
  await Promise.all(
    processes.map(async pid => {
      const { program, texts } = await tracesOf(pid)
      for (const folder of folders) {
        if (texts.some(text => mentions(text, folder))) users.set(folder, `${program} (${pid})`)
      }
    }),
  )
  return users
}

/** Not when it is only the beginning of another name. */
const mentions = (text: string, folder: string): boolean =>
  text
    .split(folder)
    .slice(1)
    .some(rest => !/^[\w.-]/.test(rest))

async function tracesOf(pid: string): Promise<{ readonly program: string; readonly texts: readonly string[] }> {
  const folder = `/proc/${pid}`
  const link = (name: string) => readOr(readlink(join(folder, name)), '')
  const [exe, cwd, line, open] = await Promise.all([
    link('exe'),
    link('cwd'),
    readOr(readFile(join(folder, 'cmdline'), 'utf8'), ''),
    readOr(readdir(join(folder, 'fd')), []),
  ])
  const words = line.split('\0')
  const [files, settings] = await Promise.all([
    Promise.all(open.map(descriptor => link(`fd/${descriptor}`))),
    Promise.all(
      words.filter(word => /^\/.*\.(json|ya?ml)$/.test(word)).map(word => readOr(readFile(word, 'utf8'), '')),
    ),
  ])
  return { program: basename(exe), texts: [exe, cwd, ...words, ...files, ...settings] }
}

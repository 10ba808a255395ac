import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from '../../engine/play/folders.ts'
import { say } from './proof.ts'

const run = promisify(execFile)
const limit = { timeout: 600_000 }

export interface PythonWish {
  /** For people, and a part of the folder's name. */
  readonly name: string
  /** With their versions: `moto==5.2.1`. Others make another environment. */
  readonly packages: readonly string[]
  /** What `finish` brings, told apart likewise. */
  readonly besides?: readonly string[]
  /** Brings what belongs into it beside them; `bin` has its programs. */
  finish?(folder: string, bin: string): Promise<void>
}

/** A virtual environment of Python in the cache folder, made once, whole or not at all. Gives its folder. */
export async function pythonEnvironment({ name, packages, besides = [], finish }: PythonWish): Promise<string> {
  const wanted = JSON.stringify([packages, besides])
  const key = createHash('sha256').update(wanted).digest('hex').slice(0, 16)
  const folder = join(cacheFolder(), 'python', `${name}-${key}`)
  const whole = join(folder, 'whole')
  if (await isThere(whole)) return folder
  say(`installing ${name}`)
  await rm(folder, { recursive: true, force: true })
  await mkdir(dirname(folder), { recursive: true })
  const bin = join(folder, 'bin')
  await run('python3', ['-m', 'venv', folder], limit)
  await run(join(bin, 'pip'), ['install', '--quiet', ...packages], limit)
  await finish?.(folder, bin)
  await writeFile(`${whole}.new`, '')
  await rename(`${whole}.new`, whole)
  return folder
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

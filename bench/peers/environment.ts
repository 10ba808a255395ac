import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheFolder } from '../../engine/play/folders.ts'
import { say } from '../../test/e2e/proof.ts'

/** ansible-core has neither sysctl nor mount; of the package that has all collections, this one is taken out. */
const collections = { requirement: 'ansible==12.3.0', only: 'ansible_collections/ansible/posix/' }

export interface PeersEnvironment {
  /** With the programs of all peers. */
  readonly bin: string
  readonly collections: string
  /** Strategy plug-ins of Mitogen. */
  readonly mitogen: string
  /** Names and versions that the table tells. */
  readonly versions: Readonly<Record<string, string>>
}

/** The peers in a virtual environment, made once a set of pins; it tells what it does, for that takes a minute. */
export async function peersEnvironment(): Promise<PeersEnvironment> {
  const pins = fileURLToPath(new URL('./requirements.txt', import.meta.url))
  const text = await readFile(pins, 'utf8')
  const key = createHash('sha256')
    .update(JSON.stringify([text, collections]))
    .digest('hex')
    .slice(0, 16)
  const folder = join(cacheFolder(), 'bench-peers', key)
  const bin = join(folder, 'bin')
  const complete = join(folder, 'complete')
  if (!existsSync(complete)) {
    say(`installing the peers into ${folder}`)
    await rm(folder, { recursive: true, force: true })
    await mkdir(dirname(folder), { recursive: true })
    await run('python3', ['-m', 'venv', folder])
    await run(join(bin, 'pip'), ['install', '--quiet', '--requirement', pins])
    await run(join(bin, 'pip'), ['download', '--quiet', '--no-deps', '--dest', folder, collections.requirement])
    await run(join(bin, 'python'), ['-c', unpack, folder, collections.only])
    await writeFile(complete, '')
  }
  const versions = Object.fromEntries(
    ['ansible-core', 'mitogen', 'pyinfra'].map(name => [
      name,
      text.match(new RegExp(`^${name}==(.+)$`, 'm'))?.[1] ?? '',
    ]),
  )
  const found = await run(join(bin, 'python'), ['-c', 'import ansible_mitogen as m; print(m.__path__[0])'])
  return {
    bin,
    collections: join(folder, 'collections'),
    mitogen: join(found.trim(), 'plugins', 'strategy'),
    versions,
  }
}

const unpack = `import glob, os, sys, zipfile
folder, only = sys.argv[1:]
[wheel] = glob.glob(folder + '/ansible-*.whl')
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(folder + '/collections', [name for name in archive.namelist() if name.startswith(only)])
os.remove(wheel)
`

async function run(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], timeout: 10 * 60_000 })
  let said = ''
  child.stdout.on('data', chunk => {
    said += chunk
  })
  const [status] = await once(child, 'close')
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${said}`)
  return said
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pythonEnvironment } from '../../test/e2e/python.ts'

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
  const text = await readFile(new URL('./requirements.txt', import.meta.url), 'utf8')
  const folder = await pythonEnvironment({
    name: 'bench-peers',
    packages: text.trim().split('\n'),
    besides: Object.values(collections),
    async finish(folder, bin) {
      await run(join(bin, 'pip'), ['download', '--quiet', '--no-deps', '--dest', folder, collections.requirement])
      await run(join(bin, 'python'), ['-c', unpack, folder, collections.only])
    },
  })
  const bin = join(folder, 'bin')
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

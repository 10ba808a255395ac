import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { knownHostLine } from '../../engine/connection/known-hosts.ts'
import { makeKey } from '../../engine/connection/testing/keys.ts'
import { freePort, startSshd } from '../../engine/connection/testing/sshd.ts'
import { makeCredentials } from '../../images/file-manager/testing/credentials.ts'
import { Program } from '../../images/file-manager/testing/program.ts'
import { bundle } from '../../kube/images/bundle.ts'
import { processorSeconds, withoutChildren } from '../processor.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const client = join(root, 'images/file-manager/client/clienteFileManager.mjs')

/**
 * Seconds: what the program says that the transfer took; what the whole command took, from start to end; and what
 * processors were busy with it, on both sides.
 */
export interface Taken {
  readonly transfer: number
  readonly command: number
  readonly processor: number
}

/** `there` is the process at the other end, `over` settles when that has ended its part. */
async function timed(
  there: number,
  act: () => Promise<number | undefined>,
  over: () => Promise<void> = async () => undefined,
): Promise<Taken> {
  const before = processorSeconds(new Set([process.pid, there]))
  const began = performance.now()
  const transfer = await act()
  const command = (performance.now() - began) / 1000
  await over()
  const processor = processorSeconds(new Set([process.pid, there])) - before
  return { transfer: transfer ?? command, command, processor }
}

/** Broker, server and client of ours, each a process; files land in `data`. */
export async function startOurs(folder: string, data: string) {
  for (const [name, entry] of [
    ['broker', 'images/file-manager/broker/main.ts'],
    ['server', 'images/file-manager/server/main.ts'],
  ] as const)
    await bundle({ root, entry }, join(folder, `${name}.mjs`))
  const made = makeCredentials(join(folder, 'credentials'))
  const config = join(folder, 'file-manager.json')
  writeFileSync(config, JSON.stringify({ lab: 'bench', nodes: [], ca: made.authority, token: made.clientToken }), {
    mode: 0o600,
  })
  const places = ['--listen', '127.0.0.1:0', '--config', made.folder]
  // The server's port is known when it listens, which it does before there is a broker.
  const brokerPort = await freePort()
  const server = new Program(
    'server',
    [`127.0.0.1:${brokerPort}`, ...places, '--data', data, '--quota', '64Gi'],
    join(folder, 'server.mjs'),
  )
  const port = await server.port()
  const advertise = ['--advertise', `127.0.0.1:${port}`, '--config', made.folder]
  const broker = new Program(
    'broker',
    ['--listen', `127.0.0.1:${brokerPort}`, ...advertise],
    join(folder, 'broker.mjs'),
  )
  await broker.says(/(server registered)/)
  const env = { ...process.env, XDG_STATE_HOME: join(folder, 'state'), XDG_CACHE_HOME: join(folder, 'cache') }
  const call = [client, `127.0.0.1:${brokerPort}`, '--config', config]
  const runClient = (here: string, ...words: readonly string[]) =>
    run(process.execPath, [...call, ...words], { cwd: here, env, maxBuffer: 2 ** 28 })
  // From then on it is one file, as for everybody who does not call it for the first time.
  await runClient(folder, 'lls')
  return {
    server,
    /** Runs the client in `here`. */
    client: (here: string, ...words: string[]): Promise<Taken> =>
      timed(server.child.pid ?? 0, async () => {
        // Of thousands of files one line is told, as to everybody; and there is no need to tell of each.
        if (words.length > 100) {
          await runClient(here, ...words)
          return undefined
        }
        const { stdout } = await runClient(here, '--json', ...words)
        const events = stdout
          .trim()
          .split('\n')
          .map(line => JSON.parse(line))
        return Number(events.find(({ type }) => type === 'transfers.end').seconds)
      }),
    close: async () => {
      await Promise.all([server.ended('SIGTERM'), broker.ended('SIGTERM')])
    },
  }
}

/** Sends `file` by the bare stream into `target`. */
export async function bareStream(folder: string, file: string, target: string): Promise<Taken> {
  const program = join(folder, 'bare.mjs')
  await bundle({ root, entry: 'bench/file-manager/bare.ts' }, program)
  const credentials = join(folder, 'credentials')
  const receiver = spawn(process.execPath, [program, 'receive', credentials, target], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const over = once(receiver, 'close')
  const [port] = await once(receiver.stdout, 'data')
  const taken = await timed(receiver.pid ?? 0, async () => {
    const { stdout } = await run(process.execPath, [program, 'send', credentials, file, String(port).trim()])
    return Number(stdout)
  })
  await over
  return taken
}

/** scp to and from a real sshd on loopback. */
export async function startScp(folder: string) {
  const keys = join(folder, 'keys')
  mkdirSync(keys)
  const [host, user] = [makeKey(keys, 'host'), makeKey(keys, 'user')]
  const sshd = await startSshd(keys, { host: [host], user })
  const known = join(keys, 'known_hosts')
  writeFileSync(known, knownHostLine(`[127.0.0.1]:${sshd.port}`, host.publicKey))
  const options = ['-i', user.file, '-o', `UserKnownHostsFile=${known}`, '-o', 'IdentitiesOnly=yes', '-F', 'none', '-q']
  return {
    copy: (...words: string[]): Promise<Taken> =>
      timed(
        sshd.pid,
        async () => {
          await run('scp', [...options, '-P', String(sshd.port), ...words])
          return undefined
        },
        () => withoutChildren(sshd.pid),
      ),
    remote: (path: string): string => `root@127.0.0.1:${path}`,
    close: () => sshd.close(),
  }
}

/** What a file system needs by itself: each file read, and written as a new one that is then renamed; nothing is synced. */
export async function bareLoop(from: string, names: readonly string[], to: string): Promise<Taken> {
  const before = process.cpuUsage()
  const began = performance.now()
  for (const name of names) {
    const content = readFileSync(join(from, name))
    const fd = openSync(join(to, `.${name}`), 'wx')
    writeSync(fd, content)
    closeSync(fd)
    renameSync(join(to, `.${name}`), join(to, name))
  }
  const command = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(before)
  return { transfer: command, command, processor: (user + system) / 1e6 }
}

/** What makes durable what others have written. */
export const syncOf = (folder: string): Promise<Taken> =>
  timed(process.pid, async () => {
    await run('sync', ['-f', folder])
    return undefined
  })

/** `size` random bytes, of which no two MiB are equal. */
export function makeFile(path: string, size: number): void {
  const block = randomBytes(2 ** 20)
  writeFileSync(path, '')
  for (let at = 0; at < size; at += block.length) {
    block.writeDoubleBE(at)
    writeFileSync(path, block.subarray(0, Math.min(block.length, size - at)), { flag: 'a' })
  }
}

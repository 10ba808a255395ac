import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connection } from '../connection/connection.ts'
import { connectLocal } from '../connection/local.ts'
import { factsScript, readFacts } from '../resource/facts.ts'
import type { HostWriter } from '../resource/host.ts'
import { askHost } from '../resource/questions.ts'
import { HostWriterOverSsh } from '../resource/writer.ts'

/**
 * For tests: this machine, seen through namespaces of its own. Whatever is written to its disks lands in a memory-backed
 * overlay, its host name and network settings are private, and all of it is gone when it is closed.
 */
export class PrivateRoot {
  readonly connection: Connection
  readonly writer: HostWriter
  /** What the writer said that it waits for. */
  readonly waits: readonly string[]
  readonly #keeper: ChildProcess
  readonly #scratch: string

  private constructor(
    connection: Connection,
    writer: HostWriter,
    waits: string[],
    keeper: ChildProcess,
    scratch: string,
  ) {
    this.connection = connection
    this.writer = writer
    this.waits = waits
    this.#keeper = keeper
    this.#scratch = scratch
  }

  /** Needs root, and fails without it: a test that is skipped proves nothing. */
  static async open(): Promise<PrivateRoot> {
    if (process.getuid?.() !== 0) throw new Error('this test needs root, to make namespaces of its own: use sudo')
    const scratch = mkdtempSync(join(tmpdir(), 'andamio-root-'))
    const apart = ['--mount', '--uts', '--net', '--propagation', 'private']
    const keeper = spawn('unshare', [...apart, 'sh', '-c', setup, 'sh', scratch])
    await new Promise<void>((resolve, reject) => {
      let said = ''
      keeper.stdout.on('data', () => resolve())
      keeper.stderr.on('data', chunk => {
        said += String(chunk)
      })
      keeper.once('exit', code => reject(new Error(`no private root (status ${code}): ${said}`)))
    })
    const enter = ['nsenter', '--target', String(keeper.pid), '--mount', '--uts', '--net']
    const connection = connectLocal('private', { wrapper: enter })
    const waits: string[] = []
    const writer = new HostWriterOverSsh({
      signal: new AbortController().signal,
      connection,
      facts: await factsOf(connection),
      emit: event => event.type === 'wait' && waits.push(`${event.what}: ${event.detail}`),
      writerOf: () => Promise.reject(new Error('no other target here')),
    })
    return new PrivateRoot(connection, writer, waits, keeper, scratch)
  }

  /** Runs a script as it is and gives its output; fails with its stderr. */
  async sh(script: string): Promise<string> {
    const { code, stdout, stderr } = await this.connection.exec('sh -eus', { stdin: script, timeoutSeconds: 60 })
    if (code !== 0) throw new Error(`status ${code}: ${stderr}`)
    return stdout.toString('utf8').trimEnd()
  }

  /** Everything that was written so far: names, kinds, modes, owners, times and sizes in the overlay. */
  written(): Promise<string> {
    return this.sh(`cd ${this.#scratch}/upper && find . -printf '%p %y %m %U:%G %T@ %s %l\\n' | sort`)
  }

  async close(): Promise<void> {
    const ended = new Promise(resolve => this.#keeper.once('exit', resolve))
    this.#keeper.stdin?.end()
    await ended
    rmdirSync(this.#scratch)
  }
}

async function factsOf(connection: Connection): Promise<HostWriter['facts']> {
  const [answer] = await askHost(connection, [{ script: factsScript, timeoutSeconds: 10 }])
  if (!answer) throw new Error('no facts: it gave no whole answer')
  return readFacts(answer)
}

/**
 * The tmpfs is mounted inside the namespace only: when that ends, so does all that was written. It ends with its input,
 * so it cannot outlive whoever opened it.
 */
const setup = `set -eu; scratch=$1
mount -t tmpfs -o mode=0755 private "$scratch"
mkdir "$scratch/upper" "$scratch/work"
for tree in etc run home opt srv mnt usr var; do
  mkdir -p "$scratch/upper/$tree" "$scratch/work/$tree"
  mount -t overlay -o "lowerdir=/$tree,upperdir=$scratch/upper/$tree,workdir=$scratch/work/$tree" overlay "/$tree"
done
mkdir -p /run/lock
: >>/run/lock/andamio
ip link set lo up
echo ready; exec cat >/dev/null`

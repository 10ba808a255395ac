import type { Connection } from '../../engine/connection/connection.ts'
import { connectSsh } from '../../engine/connection/ssh.ts'
import type { Found } from '../../engine/provider/provider.ts'
import type { Change } from '../../engine/report/events.ts'
import { ask } from '../../engine/resource/ask.ts'
import { compose } from '../../engine/resource/batch.ts'
import { convergeList } from '../../engine/resource/converge-list.ts'
import { factsScript, readFacts } from '../../engine/resource/facts.ts'
import type { HostWriter } from '../../engine/resource/host.ts'
import type { AnyResource } from '../../engine/resource/resource.ts'
import { HostWriterOverSsh } from '../../engine/resource/writer.ts'
import { say } from './proof.ts'

export interface ListResult {
  /** `kind id: outcome`, in the order of the list. */
  readonly outcomes: readonly string[]
  /** Every changed attribute, as `kind id` and the change. */
  readonly changes: readonly (Change & { readonly of: string })[]
}

/** A running host to try resources on, over the same SSH connection and writer that a run uses. */
export class RealHost {
  readonly connection: Connection
  readonly writer: HostWriter

  private constructor(connection: Connection, writer: HostWriter) {
    this.connection = connection
    this.writer = writer
  }

  static async reach(name: string, found: Found | undefined): Promise<RealHost> {
    if (found?.is !== 'running') throw new Error(`${name} is ${found?.is}`)
    const connection = await connectSsh(name, found.endpoint)
    const batch = compose([{ script: factsScript, timeoutSeconds: 20 }], false)
    const { stdout, stderr } = await connection.exec('sh -s', { stdin: batch.script, timeoutSeconds: 30 })
    const [answer] = batch.parse(stdout, stderr)
    if (!answer) throw new Error(`${name} did not tell what it is: ${stderr}`)
    const writer = new HostWriterOverSsh({
      signal: new AbortController().signal,
      connection,
      facts: readFacts(answer),
      emit: event => event.type === 'wait' && say(`${event.host}: waiting for ${event.what}: ${event.detail}`),
      writerOf: () => Promise.reject(new Error('no other target here')),
    })
    return new RealHost(connection, writer)
  }

  /** Runs a script as root and gives its output; fails with its stderr. */
  async sh(script: string): Promise<string> {
    const { code, stdout, stderr } = await this.connection.exec('sh -eus', { stdin: script, timeoutSeconds: 120 })
    if (code !== 0) throw new Error(`status ${code}: ${stderr}`)
    return stdout.toString('utf8').trimEnd()
  }

  /** Names, kinds, modes, owners, times and sizes of everything where resources write. */
  written(): Promise<string> {
    const trees = '/etc /home /mnt /srv /usr/local /var/lib /run/andamio'
    return this.sh(`find ${trees} -printf '%p %y %m %U:%G %T@ %s %l\\n' 2>/dev/null | sort | sha256sum || :`)
  }

  async converge(list: readonly AnyResource[], check = false): Promise<ListResult> {
    const outcomes: string[] = []
    const changes: (Change & { of: string })[] = []
    const session = () => Promise.reject(new Error('no API here'))
    const target = {
      check,
      ask: (resources: readonly AnyResource[]) => ask(resources, { host: this.connection, session }),
      writerFor: () =>
        check ? Promise.reject(new Error('check mode asked for a writer')) : Promise.resolve(this.writer),
      changed: new Set<string>(),
    }
    await convergeList(list, target, {
      starts: () => {},
      ends: ({ kind, id }, verdict) => {
        outcomes.push(`${kind} ${id}: ${verdict.outcome}`)
        changes.push(...verdict.changes.map(change => ({ of: `${kind} ${id}`, ...change })))
      },
    })
    return { outcomes, changes }
  }
}

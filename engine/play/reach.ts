import type { Reach } from '../resource/probe.ts'
import { askHost } from '../resource/questions.ts'
import { type Answer, absent, present, unknown } from '../resource/resource.ts'
import type { RunCore } from './run-parts.ts'

/** What a run lends to the targets that open sessions of their own. */
export function reachOf(run: RunCore): Reach {
  return {
    lab: run.lab.name,
    stateFolder: run.stateFolder,
    hostsOf: group => run.lab.groups.get(group) ?? [],
    takesPart: host => run.takesPart(host),
    addressOf: host => {
      const found = run.found.get(host)
      return found?.is === 'running' ? found.endpoint.address : undefined
    },
    readOn: (host, script) => readOn(run, host, script),
    tunnelTo: host => {
      const found = run.found.get(host)
      if (found?.is !== 'running' || found.endpoint.jump.length === 0) return undefined
      return async (port, at = 'itself') =>
        (await run.session(host)).connection.forward(at === 'itself' ? '127.0.0.1' : found.address, port)
    },
    mayWrite: async () => {
      await run.lease?.permit()
    },
    waiting: (host, what, limitSeconds, detail) =>
      run.emit({ type: 'wait', host, what, limitSeconds, seconds: 0, ...(detail ? { detail } : {}) }),
    signal: run.signal,
  }
}

async function readOn(run: RunCore, host: string, script: string): Promise<Answer<string>> {
  const found = run.found.get(host) ?? { is: 'absent' }
  if (found.is === 'absent') return absent
  if (found.is === 'unknown') return unknown(found.why)
  if (found.is === 'stopped') return unknown(`${host} is stopped`)
  const { connection } = await run.session(host)
  const [answer] = await askHost(connection, [{ script, timeoutSeconds: 20 }])
  if (!answer) return unknown(`${host} gave no whole answer`)
  return answer.status === 0
    ? present(answer.stdout)
    : unknown(`${host}: ${answer.stderr || `status ${answer.status}`}`)
}

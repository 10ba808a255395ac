import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { freePort } from '../../../engine/connection/testing/sshd.ts'
import type { Event, RunEnd } from '../../../engine/report/events.ts'
import { prove } from '../proof.ts'
import { type PlaybookResult, project, runPlaybook } from '../run-playbook.ts'
import { refused } from './refused.ts'

export const prepare = 'test/e2e/bad-input/prepare.mjs'

const keyIn = (folder: string): string => join(folder, 'key')

/** A login needs a key to try; this one opens nothing. */
export const makeKey = (folder: string): Promise<unknown> =>
  promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyIn(folder)])

/** An inventory of one host that is there already. */
export async function staticInventory(folder: string, host: Readonly<Record<string, unknown>>): Promise<string> {
  const file = join(folder, `static-${String(host.user ?? host.port ?? 'far')}.yaml`)
  const lab = `far-${String(host.user ?? host.port ?? 'hole')}`
  await writeFile(file, stringify({ lab, provider: 'static', hosts: { far: { agent: false, ...host } } }))
  return file
}

/** Hosts that give no answer: all three cost their whole patience, so they are tried side by side. */
export async function reachingSteps(scratch: string, env: NodeJS.ProcessEnv): Promise<void> {
  await prove('hosts that refuse, are silent, or swallow every packet are told after 30 s', async () => {
    const silent = createServer(socket => socket.on('error', () => undefined)).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const address = silent.address()
    const silentPort = typeof address === 'object' && address ? address.port : 0
    const key = keyIn(scratch)
    const at = (address: string, port: number) => staticInventory(scratch, { address, port, key })
    const [refusing, mute, hole] = await Promise.all([
      runPlaybook(prepare, ['--inventory', await at('127.0.0.1', await freePort())], env),
      runPlaybook(prepare, ['--inventory', await at('127.0.0.1', silentPort)], env),
      inBlackHole(['--inventory', await at('192.0.2.10', 22)], env),
    ])
    silent.close()
    refused(refusing, { exit: 69, code: 'unreachable', names: /nothing listens/ })
    refused(mute, { exit: 69, code: 'unreachable', names: /does not answer/ })
    refused(hole, { exit: 69, code: 'unreachable', names: /does not answer/ })
  })
}

/** A link whose other end nobody reads. The neighbour is given, for one that is asked for and silent is told at once. */
const hole = `ip link add hole type veth peer name deep
ip address add 192.0.2.1/24 dev hole
ip link set deep up; ip link set hole up
ip neighbour add 192.0.2.10 lladdr 02:00:00:00:00:01 dev hole
exec "$@"`

/** The playbook in a network of its own, whose only link takes every packet and gives none back. */
function inBlackHole(args: readonly string[], env: NodeJS.ProcessEnv): Promise<PlaybookResult> {
  const words = ['--net', 'sh', '-ec', hole, 'sh', 'npx', 'zx', prepare, '--json', ...args]
  const options = { cwd: project, env: { ...process.env, ...env }, maxBuffer: 1e8, timeout: 120_000 }
  const began = performance.now()
  return new Promise(resolve =>
    execFile('unshare', words, options, (error, stdout, stderr) => {
      const events = stdout.split('\n').flatMap(line => (line.startsWith('{') ? [JSON.parse(line) as Event] : []))
      const end = events.findLast((event): event is RunEnd => event.type === 'run.end')
      const exit = error ? Number(error.code ?? -1) : 0
      resolve({ exit, seconds: (performance.now() - began) / 1000, events, end, stderr })
    }),
  )
}

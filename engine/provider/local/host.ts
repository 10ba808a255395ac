import { readFile } from 'node:fs/promises'
import { waitForSsh } from '../../connection/first-answer.ts'
import { AndamioError } from '../../errors.ts'
import type { Emit } from '../../report/events.ts'
import { type Eventual, Late } from '../../resource/late.ts'
import { onOperator } from '../../resource/operator.ts'
import { type Answer, absent, present, type Resource } from '../../resource/resource.ts'
import { raw, sh } from '../../shell/sh.ts'
import { writeFileAtomically } from '../lab/atomic.ts'
import { readPrivateKey, readPublicKey } from '../lab/keys.ts'
import { type LabLayout, labLayout } from '../lab/layout.ts'
import { readRecord } from '../lab/network-record.ts'
import { runHere } from './command.ts'
import type { Machine } from './command-line.ts'
import { endHost, hostRuns, recordedProcess, startHost } from './host-process.ts'
import { hostLinks, labNames } from './names.ts'
import { offloadsOff } from './network-script.ts'
import { makeSeed } from './seed.ts'

export type HostState = { readonly running: boolean }

export interface HostWish extends Machine {
  readonly stateFolder: string
  readonly kernel: Eventual<string>
  /** The command that makes it anew, for who has read why it does not come up. */
  readonly anew: string
  readonly emit: Emit
  readonly signal?: AbortSignal | undefined
  /** For a host with cloud-init. */
  readonly userData?: () => Promise<string>
}

const bootLimitSeconds = 120
const sshPort = 22

/** A host that runs and answers on its SSH port. */
export function localHost(wish: HostWish): Resource<HostState, undefined> {
  const lab = labLayout(wish.stateFolder)
  const layout = lab.host(wish.host)
  return {
    kind: 'local-host',
    id: wish.host,
    probe: onOperator(() => look(lab, wish.host)),
    diff: is => (is.is === 'present' && is.state.running ? [] : [{ attribute: 'running', before: false, after: true }]),
    async apply() {
      const kernel = wish.kernel instanceof Late ? wish.kernel.now() : wish.kernel
      const network = readRecord(lab.network)
      const address = network?.addresses[wish.host]
      if (!network || !address) throw new Error(`${wish.host} is to start before its network is there`)
      // What an earlier start left behind, if it was cut off.
      await endHost(wish.lab, wish.host, layout)
      writeFileAtomically(
        layout.seed,
        await makeSeed({
          host: wish.host,
          address,
          subnet: network.subnet,
          kernel,
          hostKey: { private: readPrivateKey(layout.hostKey), public: `${readPublicKey(layout.hostKey)}\n` },
          login: `${readPublicKey(lab.loginKey)}\n`,
          ...(wish.userData ? { userData: await wish.userData() } : {}),
        }),
      )
      await runHere(`plugging in ${wish.host}`, plugIn(wish))
      startHost(kernel, wish, layout)
      await untilItAnswers(wish, address, lab)
    },
  }
}

/** The same host, gone; its disk is another resource. */
export function noLocalHost(wish: Pick<HostWish, 'lab' | 'host' | 'stateFolder'>): Resource<HostState, undefined> {
  const lab = labLayout(wish.stateFolder)
  return {
    kind: 'local-host',
    id: wish.host,
    probe: onOperator(() => look(lab, wish.host)),
    diff: is => (is.is === 'absent' ? [] : [{ attribute: 'running', before: is.state.running, after: null }]),
    async apply() {
      // Not before it has ended: one that runs without its cable would look alive and answer nobody.
      const clear = () => runHere(`unplugging ${wish.host}`, unplug(wish))
      await endHost(wish.lab, wish.host, lab.host(wish.host), clear)
    },
  }
}

async function look(lab: LabLayout, host: string): Promise<Answer<HostState>> {
  const layout = lab.host(host)
  if (!(await recordedProcess(layout))) return absent
  return present({ running: await hostRuns(layout) })
}

/** A cable between the host's card and the switch. Made anew, so that nothing of an earlier one is left. */
function plugIn({ lab, host }: Machine): string {
  const { namespace } = labNames(lab)
  const { card, port } = hostLinks(host)
  return sh`
${raw(unplug({ lab, host }))}
ip -n ${namespace} link add ${card} type veth peer name ${port}
${offloadsOff([card, port], namespace)}
ip -n ${namespace} link set ${port} master switch up
ip -n ${namespace} link set ${card} up
`
}

function unplug({ lab, host }: Pick<Machine, 'lab' | 'host'>): string {
  const { namespace } = labNames(lab)
  const { card } = hostLinks(host)
  return sh`if ip -n ${namespace} link show ${card} >/dev/null 2>&1; then ip -n ${namespace} link delete ${card}; fi`
}

async function untilItAnswers(wish: HostWish, address: string, lab: LabLayout): Promise<void> {
  const { host, emit, signal } = wish
  const layout = lab.host(host)
  const began = performance.now()
  const seconds = () => Math.round((performance.now() - began) / 100) / 10
  const wait = { host, what: 'the first answer of its SSH server', limitSeconds: bootLimitSeconds }
  emit({ type: 'wait', ...wait, seconds: 0 })
  const stillHope = async () => {
    // Its own record is written within milliseconds; until then there is nothing to judge by.
    if (seconds() > 2 && !(await hostRuns(layout)))
      throw await didNotBoot(wish, layout.console, 'its process has ended')
  }
  if (await waitForSsh({ address, port: sshPort, limitSeconds: bootLimitSeconds, stillHope, signal })) return
  throw await didNotBoot(wish, layout.console, `no answer from ${address}:${sshPort} within ${bootLimitSeconds} s`)
}

async function didNotBoot({ host, anew }: HostWish, console: string, cause: string): Promise<AndamioError> {
  const text = await readFile(console, 'utf8').catch(() => '')
  return new AndamioError({
    code: 'host-did-not-boot',
    message: `Host ${host} was started and did not come up`,
    place: console,
    cause,
    stderr: text.trim().split('\n').slice(-12),
    next: `Read the console named above. To make the host anew: ${anew}`,
  })
}

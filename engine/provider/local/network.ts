import { AndamioError, exitCode } from '../../errors.ts'
import type { Change, Failure } from '../../report/events.ts'
import { onOperator } from '../../resource/operator.ts'
import { type Answer, absent, present, type Resource, unknown } from '../../resource/resource.ts'
import { sh } from '../../shell/sh.ts'
import { readRecord, removeRecord, writeRecord } from '../lab/network-record.ts'
import { allot } from '../lab/subnet.ts'
import { chooseSubnet, refuseTakenSubnet } from './choose-subnet.ts'
import { runHere } from './command.ts'
import { isForwarding, needForwarding, releaseForwarding } from './forwarding.ts'
import { labOfAnother, visibleParts } from './lab-of-another.ts'
import { withMachineLock } from './machine-lock.ts'
import { labNames } from './names.ts'
import { makeNetwork, removeNetwork } from './network-script.ts'
import type { NetworkWish } from './network-wish.ts'

export type NetworkState = {
  readonly subnet: string
  readonly addresses: Readonly<Record<string, string>>
  readonly namespace: boolean
  readonly uplink: boolean
  readonly firewall: boolean
  readonly forwarding: boolean
}

const parts = ['namespace', 'uplink', 'firewall', 'forwarding'] as const

/** A switch in a namespace of the lab's own, the operator's cable into it, the way out, and an address for each host. */
export function labNetwork(wish: NetworkWish): Resource<NetworkState, undefined> {
  return {
    kind: 'lab-network',
    id: wish.lab,
    probe: onOperator(() => look(wish)),
    diff(is) {
      const late = wish.subnet ?? { late: 'a free subnet, chosen at creation' }
      if (is.is === 'absent') return [{ attribute: 'subnet', before: null, after: late }]
      const { state } = is
      const missing: Change[] = parts
        .filter(part => !state[part])
        .map(attribute => ({ attribute, before: false, after: true }))
      const unnamed = wish.hosts.filter(
        ({ name, address }) => !state.addresses[name] || (address && state.addresses[name] !== address),
      )
      return [
        ...missing,
        ...unnamed.map(({ name, address }) => ({
          attribute: `address of ${name}`,
          before: state.addresses[name] ?? null,
          after: address ?? { late: 'the next free address' },
        })),
      ]
    },
    apply: () =>
      withMachineLock(async () => {
        const record = readRecord(wish.record)
        const subnet = await subnetFor(wish)
        writeRecord(wish.record, { subnet, addresses: allot(subnet, wish.hosts, record?.addresses ?? {}) })
        await needForwarding(wish.lab)
        await runHere(`making the network of lab ${wish.lab}`, makeNetwork(labNames(wish.lab), subnet))
      }, wish),
  }
}

/** The same network, gone. */
export function noLabNetwork(wish: NetworkWish): Resource<NetworkState, undefined> {
  return {
    kind: 'lab-network',
    id: wish.lab,
    probe: onOperator(() => look(wish)),
    // Without a record of ours it is another operator's lab of the same name, and not ours to remove.
    diff: is =>
      is.is === 'absent' || is.state.subnet === ''
        ? []
        : [{ attribute: 'subnet', before: is.state.subnet, after: null }],
    apply: () =>
      withMachineLock(async () => {
        await runHere(`removing the network of lab ${wish.lab}`, removeNetwork(labNames(wish.lab)))
        await releaseForwarding(wish.lab)
        removeRecord(wish.record)
      }, wish),
  }
}

/** The lab's subnet, kept or chosen. Throws `lab-name-taken` or `subnet-taken`, or a usage error of the inventory. */
async function subnetFor(wish: NetworkWish): Promise<string> {
  const record = readRecord(wish.record)
  if (!record) {
    const another = await labOfAnother(wish)
    if (another) throw new AndamioError(another)
    return chooseSubnet(wish)
  }
  await refuseTakenSubnet(wish.lab, record.subnet)
  return record.subnet
}

/** What making the network would be refused for, as this machine is now. Throws where the inventory itself is. Reads only. */
export async function lackOfNetwork(wish: NetworkWish): Promise<Failure | undefined> {
  // Elsewhere than on Linux it cannot be at all, which is said of its own.
  if (process.platform !== 'linux') return undefined
  try {
    await subnetFor(wish)
    return undefined
  } catch (error) {
    if (!(error instanceof AndamioError) || error.exit === exitCode.usage) throw error
    return error.failure
  }
}

/** Of what the kernel shows to anyone; only the firewall is root's to read, and only where there is a network at all. */
async function look({ lab, record }: NetworkWish): Promise<Answer<NetworkState>> {
  const { firewallTable } = labNames(lab)
  const known = readRecord(record)
  const seen = await visibleParts(lab)
  if (!known && !seen.namespace && !seen.uplink) return absent
  if (process.getuid?.() !== 0) return unknown('only root may read the firewall of this machine')
  const firewall = await runHere(
    'reading the firewall',
    sh`nft list table ip ${firewallTable} >/dev/null 2>&1 && echo yes || :`,
  )
  return present({
    subnet: known?.subnet ?? '',
    addresses: known?.addresses ?? {},
    ...seen,
    firewall: firewall !== '',
    forwarding: await isForwarding(),
  })
}

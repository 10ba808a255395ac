import { access } from 'node:fs/promises'
import { AndamioError } from '../../errors.ts'
import type { Change } from '../../report/events.ts'
import { onOperator } from '../../resource/operator.ts'
import { type Answer, absent, present, type Resource, unknown } from '../../resource/resource.ts'
import { sh } from '../../shell/sh.ts'
import { runHere } from './command.ts'
import { isForwarding, needForwarding, releaseForwarding } from './forwarding.ts'
import { withMachineLock } from './machine-lock.ts'
import { type LabNames, labNames } from './names.ts'
import { readRecord, removeRecord, subnetsOfOthers, writeRecord } from './network-record.ts'
import { makeNetwork, removeNetwork } from './network-script.ts'
import { allot, freeSubnet, overlaps } from './subnet.ts'

export interface NetworkWish {
  readonly lab: string
  /** Where subnet and addresses are remembered. */
  readonly record: string
  readonly hosts: readonly { readonly name: string; readonly address?: string }[]
  /** Asked for by the inventory; else a free one is chosen. */
  readonly subnet?: string
}

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
        const names = labNames(wish.lab)
        const record = readRecord(wish.record)
        const subnet = record?.subnet ?? (await chooseSubnet(wish, names))
        if (record) await refuseTakenSubnet(subnet, names, wish)
        writeRecord(wish.record, { subnet, addresses: allot(subnet, wish.hosts, record?.addresses ?? {}) })
        await needForwarding(wish.lab)
        await runHere(`making the network of lab ${wish.lab}`, makeNetwork(names, subnet))
      }),
  }
}

/** The same network, gone. */
export function noLabNetwork(wish: NetworkWish): Resource<NetworkState, undefined> {
  return {
    kind: 'lab-network',
    id: wish.lab,
    probe: onOperator(() => look(wish)),
    diff: is => (is.is === 'absent' ? [] : [{ attribute: 'subnet', before: is.state.subnet, after: null }]),
    apply: () =>
      withMachineLock(async () => {
        await runHere(`removing the network of lab ${wish.lab}`, removeNetwork(labNames(wish.lab)))
        await releaseForwarding(wish.lab)
        removeRecord(wish.record)
      }),
  }
}

/** Of what the kernel shows to anyone; only the firewall is root's to read, and only where there is a network at all. */
async function look({ lab, record }: NetworkWish): Promise<Answer<NetworkState>> {
  const { namespace, uplink, firewallTable } = labNames(lab)
  const known = readRecord(record)
  const [hasNamespace, hasUplink] = await Promise.all([
    exists(`/run/netns/${namespace}`),
    exists(`/sys/class/net/${uplink}`),
  ])
  if (!known && !hasNamespace && !hasUplink) return absent
  if (process.getuid?.() !== 0) return unknown('only root may read the firewall of this machine')
  const firewall = await runHere(
    'reading the firewall',
    sh`nft list table ip ${firewallTable} >/dev/null 2>&1 && echo yes || :`,
  )
  return present({
    subnet: known?.subnet ?? '',
    addresses: known?.addresses ?? {},
    namespace: hasNamespace,
    uplink: hasUplink,
    firewall: firewall !== '',
    forwarding: await isForwarding(),
  })
}

async function chooseSubnet({ lab, record, subnet }: NetworkWish, names: LabNames): Promise<string> {
  const taken = [...(await routes(names)), ...(await subnetsOfOthers(record))]
  if (subnet && taken.some(other => !other.endsWith('/0') && overlaps(subnet, other))) throw subnetTaken(lab, subnet)
  const chosen = subnet ?? freeSubnet(taken)
  if (!chosen) throw subnetTaken(lab, 'every subnet that a lab may take')
  return chosen
}

/** Its hosts have their addresses on disk, so a lab cannot move when something else has come into its place. */
async function refuseTakenSubnet(subnet: string, names: LabNames, { lab }: NetworkWish): Promise<void> {
  const taken = (await routes(names)).filter(other => !other.endsWith('/0'))
  if (taken.some(other => overlaps(subnet, other) && Number(other.split('/')[1] ?? 32) >= 24))
    throw subnetTaken(lab, subnet)
}

/** Networks that this machine routes to, the lab's own left out. */
async function routes({ uplink }: LabNames): Promise<string[]> {
  const list = JSON.parse((await runHere('reading the routes', 'ip -j -4 route show table all')) || '[]') as Route[]
  return list
    .filter(route => route.dev !== uplink)
    .map(({ dst }) => (dst === 'default' ? '0.0.0.0/0' : dst))
    .filter(dst => /^[0-9.]+(\/\d+)?$/.test(dst))
}

interface Route {
  readonly dst: string
  readonly dev?: string
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

const subnetTaken = (lab: string, subnet: string): AndamioError =>
  new AndamioError({
    code: 'subnet-taken',
    message: `Lab ${lab} cannot have its network: ${subnet} is in use on this machine`,
    cause: 'a route of this machine, or another lab, covers it',
    next: 'See `ip route` for what took it. Give the lab a network of its own in the inventory (local: { subnet: ... }), after `down` if it has hosts.',
  })

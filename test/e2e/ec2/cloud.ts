import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { EC2 } from '@aws-sdk/client-ec2'
import { cacheFolder } from '../../../engine/play/folders.ts'
import { realClock } from '../../../engine/provider/ec2/clock.ts'
import { addressIn, operatorNumber, switchNumber } from '../../../engine/provider/lab/subnet.ts'
import { sh } from '../../../engine/shell/sh.ts'
import { buildMirror } from '../../../mirror/build-mirror.ts'
import { type SecondUpstream, startSecondUpstream } from '../../second-upstream/second-upstream.ts'
import { clientAt, credentials, environmentAt } from './client.ts'
import { FaultProxy } from './fault-proxy.ts'
import { Firewall } from './firewall.ts'
import { Internet } from './internet.ts'
import { LocalMachines, type MachinesWish } from './machines.ts'
import { startMoto } from './moto.ts'

/**
 * A region of EC2 on this machine: moto answers, each instance is a booted local host, security groups are in force, and
 * the operator comes from a machine of its own through an internet of ours, in which upstream's packages and images are
 * served under their own names.
 */
export interface Cloud {
  readonly machines: LocalMachines
  readonly internet: Internet
  readonly firewall: Firewall
  readonly upstream: SecondUpstream
  readonly proxy: FaultProxy
  /** What the account really holds. */
  readonly account: EC2
  /** Somebody else's way into it. */
  readonly somebody: EC2
  /** What the operator's commands have in their environment. */
  readonly env: NodeJS.ProcessEnv
  close(): Promise<void>
}

/** Instances take that long to run, to stop, to end, besides what their machines take. */
const moveSeconds = 5

/** Builds the mirror where it is not built. Needs root. */
export async function openCloud(wish: MachinesWish): Promise<Cloud> {
  const ends: (() => Promise<unknown>)[] = []
  /** Last made, first removed; what cannot be removed leaves the rest. */
  const close = async () => {
    const failed: unknown[] = []
    for (const end of ends.splice(0).reverse()) await end().catch(error => failed.push(error))
    if (failed.length > 0) throw failed[0]
  }
  try {
    return { ...(await parts(wish, end => ends.push(end))), close }
  } catch (error) {
    await close().catch(() => undefined)
    throw error
  }
}

async function parts(wish: MachinesWish, then: (end: () => Promise<unknown>) => void): Promise<Omit<Cloud, 'close'>> {
  const { name: lab, folder } = wish
  await buildMirror({ cacheFolder: cacheFolder(), emit: () => undefined, signal: new AbortController().signal })
  const moto = await startMoto()
  then(() => moto.stop())
  Object.assign(process.env, credentials)
  const account = clientAt(moto.url)
  const machines = await LocalMachines.of(wish)
  then(() => machines.remove())

  const { subnet } = machines.network
  const [gateway, ...served] = [operatorNumber, switchNumber, switchNumber + 1].map(at => addressIn(subnet, at))
  const [first = '', second = ''] = served
  const upstreamFolder = join(folder, 'upstream')
  await mkdir(upstreamFolder, { recursive: true })
  const authority = join(folder, 'upstream.crt')
  const upstream = await startSecondUpstream({
    ...{ lab, folder: upstreamFolder, cacheFolder: cacheFolder() },
    addresses: [first, second],
  })
  then(() => upstream.end())
  await writeFile(authority, upstream.ca)

  const internet = await Internet.open({ lab, subnet, served })
  then(() => internet.close())
  const others = [gateway ?? '', ...served]
  const addressOf = (host: string) => machines.network.addresses[host]
  const firewall = await Firewall.of({ lab, account, subnet, others, addressOf })
  machines.surroundings = {
    async arrived(logIn, inside) {
      await firewall.follow()
      const there = await logIn()
      await there.sh(inThisWorld(upstream))
      await there.connection.close()
      return internet.publish(inside)
    },
    left: inside => internet.withdraw(inside),
  }
  const changed = () => firewall.follow()
  const proxy = await FaultProxy.start(moto.url, { clock: realClock, moveSeconds, machines, changed }, internet.gateway)
  then(() => proxy.stop())
  const GOCACHE = process.env.GOCACHE ?? join(dirname(cacheFolder()), 'go-build')
  const own = { XDG_CACHE_HOME: await cacheWith(folder), GOCACHE }
  const env = { ...environmentAt(proxy.url), ...own, NODE_EXTRA_CA_CERTS: authority }
  return { machines, internet, firewall, upstream, proxy, account, somebody: clientAt(proxy.url), env }
}

/** Of the user's cache what is large and keyed by its content. Gives the home of a cache that is else the proof's own. */
async function cacheWith(folder: string): Promise<string> {
  const home = join(folder, 'cache')
  await mkdir(join(home, 'andamio'), { recursive: true })
  for (const name of ['mirror', 'npm', 'python']) {
    await mkdir(join(cacheFolder(), name), { recursive: true })
    await symlink(join(cacheFolder(), name), join(home, 'andamio', name))
  }
  return home
}

/** What a network of AWS and an image of Canonical bring: who answers for names, and whom all the world trusts. */
const inThisWorld = ({ address, ca }: SecondUpstream): string => sh`
printf '%s' ${ca} >/usr/local/share/ca-certificates/upstream.crt
update-ca-certificates >/dev/null 2>&1
printf '%s\n' ${`nameserver ${address}`} >/etc/resolv.conf`

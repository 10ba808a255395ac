import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { deliveredKey, deliverNewKey, knownKeys, withoutComment } from '../engine/provider/ec2/delivered-key.ts'
import { hostEnd, noHostEnd } from '../engine/provider/ec2/host-end.ts'
import { ownHostKey } from '../engine/provider/ec2/own-host-key.ts'
import { userData } from '../engine/provider/ec2/user-data.ts'
import { labLayout } from '../engine/provider/lab/layout.ts'
import type { Found } from '../engine/provider/provider.ts'
import type { HostWriter } from '../engine/resource/host.ts'
import { Late } from '../engine/resource/late.ts'
import type { AnyResource } from '../engine/resource/resource.ts'
import { convergePlan } from './e2e/converge-plan.ts'
import { RealHost } from './e2e/law-host.ts'
import { equal, figure, holds, proof, prove } from './e2e/proof.ts'
import { scratchLab } from './e2e/scratch-lab.ts'

const name = 'ec2trust'
const host = 'one'
const folder = await mkdtemp(join(tmpdir(), 'andamio-ec2-trust-'))
const layout = labLayout(join(folder, 'ec2')).host(host)
const data = join(folder, 'user-data')
deliverNewKey(host, layout)
const delivered = deliveredKey(layout)
holds(delivered !== undefined, 'a key was made')
const born = inHours(9)
await writeFile(data, userData({ host: 'cp', hostKey: delivered, expires: born }))
const size = { memory: '1G', cpus: 1, image: 'cloud', userData: data } as const
const lab = await scratchLab({ name, stateFolder: join(folder, 'local', name), hosts: { [host]: size } })
const resource: AnyResource = ownHostKey(host, layout)

/** As an instance on EC2 is reached: by the keys that stand in this lab's known_hosts, and no others. */
async function reach(knownHostsFile = layout.knownHosts): Promise<RealHost> {
  const found = (await lab.provider.find()).get(host)
  if (found?.is !== 'running') throw new Error(`it is ${found?.is}`)
  const there: Found = { ...found, endpoint: { ...found.endpoint, knownHostsFile } }
  return RealHost.reach(host, there)
}

function inHours(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString()
}

const endAt = (expires: string): readonly AnyResource[] => hostEnd(new Late('end', () => expires))

/** When its timer fires next: seconds since 1970. */
async function nextEnd(real: RealHost): Promise<number> {
  const next = await real.sh('systemctl show -P NextElapseUSecRealtime andamio-ends.timer')
  return Number(await real.sh(`date -d "${next}" +%s`))
}

const halfAnHourBefore = (expires: string): number => Math.floor(Date.parse(expires) / 1000) - 1800

/** Has `own-host-key` killed before or after the host carries out its order number `at`. */
async function killedAt(at: number, when: 'before' | 'after'): Promise<boolean> {
  const real = await reach()
  let orders = 0
  const writer: HostWriter = Object.assign(Object.create(real.writer) as HostWriter, {
    run: async (...order: Parameters<HostWriter['run']>) => {
      orders += 1
      if (orders === at && when === 'before') throw new Error('killed')
      const answer = await real.writer.run(...order)
      if (orders === at) throw new Error('killed')
      return answer
    },
  })
  const is = await real.converge([resource], true)
  try {
    if (is.outcomes.includes(`own-host-key ${host}: ok`)) return false
    await resource.apply(writer, { is: 'present', state: { fingerprint: '', delivered: true, settled: false } })
    return false
  } catch (error) {
    if ((error as Error).message !== 'killed') throw error
    return true
  } finally {
    await real.connection.close()
  }
}

await proof(
  'trust in a host that is made by a cloud, on a local host with cloud-init',
  async () => {
    await prove('the first login is to the key that came with the user data', async () => {
      await lab.provider.preflight()
      await convergePlan(lab.provider.create(), 'shared-first')
      const real = await reach()
      equal(await real.sh('hostname'), 'cp', 'the name from the user data')
      equal(await real.sh('ls /etc/ssh/ssh_host_*_key | wc -l'), '1', 'host keys')
      await real.sh('cloud-init status --wait')
      equal(await nextEnd(real), halfAnHourBefore(born), 'it knows its end already')
      equal((await real.converge(endAt(born))).changes, [], 'just as up would have it')
      await real.connection.close()
    })
    await prove('killed anywhere, the host can still be told from others', async () => {
      let kills = 0
      for (const when of ['before', 'after'] as const)
        for (const at of [1, 2, 3]) {
          if (await killedAt(at, when)) kills++
          const real = await reach()
          await real.connection.close()
        }
      figure('kills while the key was changed', kills, { atLeast: 6 }, '')
    })
    await prove('the host has a key of its own, and is known by that alone', async () => {
      const old = join(folder, 'old')
      await writeFile(old, `${host} ${withoutComment(delivered.public)}\n`)
      const real = await reach()
      const done = await real.converge([resource])
      equal(done.outcomes, [`own-host-key ${host}: changed`], 'the first time')
      equal((await real.converge([resource])).outcomes, [`own-host-key ${host}: ok`], 'the second time')
      await real.connection.close()
      const again = await reach()
      equal(knownKeys(host, layout).length, 1, 'known keys')
      const shown = withoutComment(await again.sh('cat /etc/ssh/ssh_host_ed25519_key.pub'))
      equal(await readFile(layout.knownHosts, 'utf8'), `${host} ${shown}\n`, 'known_hosts')
      holds(shown !== withoutComment(delivered.public), 'the key is a new one')
      holds(deliveredKey(layout) === undefined, 'the private half of the first is forgotten here')
      await again.connection.close()
      const refused = await reach(old).then(
        () => 'let in',
        error => error.failure?.code,
      )
      equal(refused, 'host-key-changed', 'who knows only the key of the user data')
    })
    await prove('the host ends itself when its time is over, and not before', async () => {
      const real = await reach()
      const warned = inHours(8)
      await real.converge(endAt(warned))
      equal((await real.converge(endAt(warned))).changes, [], 'the same end once more')
      equal(await nextEnd(real), halfAnHourBefore(warned), 'half an hour before, it warns')
      await real.converge(noHostEnd())
      equal(
        await real.sh('systemctl list-unit-files "andamio-ends*" --no-legend || :'),
        '',
        'units when there is no end',
      )
      await real.converge(endAt(inHours(20 / 3600)))
      await real.connection.close()
      const began = performance.now()
      while ((await lab.provider.find()).get(host)?.is === 'running') {
        holds(performance.now() - began < 180_000, 'it ends within three minutes')
        await setTimeout(500)
      }
      figure('seconds until a host with 20 s left is off', (performance.now() - began) / 1000, { atMost: 180 }, 's')
    })
  },
  async () => {
    await convergePlan(lab.provider.destroy(), 'hosts-first')
    await rm(folder, { recursive: true, force: true })
  },
)

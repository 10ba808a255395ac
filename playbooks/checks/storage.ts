import { type Check, expect } from '../../engine/play/checks.ts'
import type { Run } from '../../engine/play/run.ts'
import type { AnyObject } from '../../kube/api/objects.ts'
import { nfsServer } from '../../roles/nfs-server/role.ts'
import { clusterOf } from './cluster-reader.ts'
import { probe } from './probe.ts'

interface Bound extends AnyObject {
  readonly spec: {
    readonly accessModes: readonly string[]
    readonly capacity?: { readonly storage: string }
    readonly nfs?: { readonly server: string; readonly path: string }
  }
  readonly status: { readonly phase: string }
}

/** A6's form: the volume on the NFS export is bound to its claim. */
export const volumeBound: Check = {
  id: 'S1-A6-probe',
  title: "The probe's volume is bound",
  look: run => boundTo(run, probe),
}

/** The volume that all pods share is bound to its claim; what it is. The check fails when it is not. */
export async function boundTo(
  run: Run,
  { volume: name, claim: claimName, namespace }: { volume: string; claim: string; namespace: string },
): Promise<string> {
  const reader = await clusterOf(run)
  const [volume, claim] = await Promise.all([
    reader.get({ apiVersion: 'v1', kind: 'PersistentVolume', name }) as Promise<Bound | undefined>,
    reader.get({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: claimName, namespace }) as Promise<
      Bound | undefined
    >,
  ])
  expect(
    volume !== undefined && claim !== undefined,
    `volume ${volume ? 'there' : 'missing'}, claim ${claim ? 'there' : 'missing'}`,
  )
  expect(
    volume.status.phase === 'Bound' && claim.status.phase === 'Bound',
    `volume ${volume.status.phase}, claim ${claim.status.phase}`,
  )
  expect(volume.spec.accessModes.includes('ReadWriteMany'), `access modes ${volume.spec.accessModes.join(', ')}`)
  return `${name} ${volume.spec.capacity?.storage} ReadWriteMany on ${volume.spec.nfs?.server}:${volume.spec.nfs?.path}, Bound to ${claimName}`
}

/** A8: the storage host exports its folder, to the cluster's nodes and nobody else. */
export const exported: Check = {
  id: 'S1-A8',
  title: 'The storage host exports the folder to the nodes alone',
  async look(run: Run): Promise<string> {
    const [host] = run.lab.groups.get('storage') ?? []
    expect(host !== undefined, 'the inventory has no storage host')
    const answer = await run.reach().readOn(host, 'showmount --no-headers -e localhost')
    expect(answer.is === 'present', answer.is === 'unknown' ? answer.why : `${host} is not there`)
    const path = String(run.varsOf(host, nfsServer.name).path ?? nfsServer.vars.path)
    const clients = clientsOf(path, answer.state)
    expect(clients !== undefined, `${path} is not exported; what is: ${answer.state.trim() || 'nothing'}`)
    const view = run.view(host)
    const nodes = (run.lab.groups.get('cluster') ?? []).map(node => {
      const address = view.lab.addressOf(node).value
      expect(address !== undefined, `the address of ${node} is not known`)
      return address
    })
    expect(
      JSON.stringify([...clients].sort()) === JSON.stringify([...nodes].sort()),
      `${path} is exported to ${clients.join(',')}, the nodes are ${nodes.join(',')}`,
    )
    return `${host} exports ${path} to ${clients.join(',')}`
  },
}

/** Whom a folder is exported to, by what showmount prints: a line for each, `/path   client,client`. */
export function clientsOf(path: string, shown: string): readonly string[] | undefined {
  const line = shown.split('\n').find(line => line.startsWith(`${path} `))
  return line?.slice(path.length).trim().split(',')
}

import { sharedTarget } from '../../engine/play/hosts.ts'
import { playList } from '../../engine/play/play-roles.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import { stopIfFailed } from '../../engine/play/stop.ts'
import { onOperator, operator } from '../../engine/resource/operator.ts'
import { type AnyResource, present, type Resource } from '../../engine/resource/resource.ts'
import {
  certificateDays,
  existingFileManagerIdentity,
  identityState,
  openFileManagerIdentity,
} from '../../roles/file-manager/identity.ts'
import { facts, fileManager, noClientFile } from '../../roles/file-manager/role.ts'
import { variantOf } from '../../roles/file-manager/variants.ts'

/** This machine as a target of plays, under the name that what hosts share has in summaries. */
export const thisMachine = { ...operator, name: sharedTarget }

/**
 * Makes the file manager's certificate and tokens where the lab has one, renews the certificate in time, and makes them
 * known to roles, along with the addresses of nodes. Silent for a lab without it.
 */
export function credentials(): Step {
  return {
    title: 'Make credentials',
    roles: [],
    groups: [],
    plays: ['Make credentials'],
    async perform(run: Run): Promise<void> {
      if (!variantOf(run.view(sharedTarget).varsOf(fileManager).variant)) return
      await playHere(run, this.title, made(run))
      run.tell(facts.identity, await existingFileManagerIdentity(run.stateFolder))
      run.tell(facts.nodes, addressesOfNodes(run))
    },
  }
}

/** Takes away what clients on this machine were given to enter the file manager, also where the inventory has none by now. */
export function noClients(): Step {
  return {
    title: 'Let no more clients in',
    roles: [],
    groups: [],
    plays: ['Let no more clients in'],
    async perform(run: Run): Promise<void> {
      if (!run.limited) await playHere(run, this.title, noClientFile(run.lab.name))
    },
  }
}

function made(run: Run): Resource<{ readonly certificate: boolean; readonly tokens: boolean }, undefined> {
  const wish = { certificate: `for ${certificateDays} days`, tokens: 'two' }
  return {
    kind: 'credentials',
    id: fileManager.name,
    probe: onOperator(async () => present(await identityState(run.stateFolder))),
    diff: is =>
      (['certificate', 'tokens'] as const)
        .filter(part => is.is === 'absent' || !is.state[part])
        .map(attribute => ({ attribute, before: null, after: wish[attribute] })),
    async apply() {
      await openFileManagerIdentity(run.stateFolder, run.lab.name)
    },
  }
}

/** At which this machine reaches the nodes, and those that they have among themselves. Late while one is not there. */
function addressesOfNodes(run: Run): readonly string[] | undefined {
  const found = (run.lab.groups.get('cluster') ?? []).map(node => run.found.get(node))
  const addresses = found.flatMap(node => (node?.is === 'running' ? [node.endpoint.address, node.address] : []))
  return found.every(node => node?.is === 'running') ? [...new Set(addresses)] : undefined
}

async function playHere(run: Run, title: string, resource: AnyResource): Promise<void> {
  const began = performance.now()
  run.emit({ type: 'play.start', play: title, hosts: [sharedTarget] })
  await playList(run, title, sharedTarget, false, async () => [{ resource, role: fileManager.name }])
  run.emit({ type: 'play.end', play: title, seconds: (performance.now() - began) / 1000 })
  stopIfFailed(run)
}

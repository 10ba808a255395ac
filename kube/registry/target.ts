import type { ApiSession, ApiTarget, Reach } from '../../engine/resource/probe.ts'
import { type Answer, absent, present, unknown } from '../../engine/resource/resource.ts'
import type { Secret } from '../../engine/shell/secret.ts'
import { RegistryClient, RegistryError } from './client.ts'
import { registryAccess } from './identity.ts'
import { labRegistry } from './lab-registry.ts'
import { pushing, type RegistryReader, type RegistryWriter } from './push.ts'

/**
 * The registry of the lab. Reads go to the listener that cannot write; the password is used for pushing alone. Where it
 * cannot be reached and its host answers that the program is not installed, there is no registry yet.
 */
export const registry: ApiTarget<RegistryReader, RegistryWriter> = {
  name: 'registry',
  group: labRegistry.group,
  async open(lab) {
    const [host] = lab.hostsOf(labRegistry.group)
    if (!host) return unknown(`no host is in the group ${labRegistry.group}`)
    const address = lab.addressOf(host)
    const access = await registryAccess(lab.stateFolder)
    const tunnel = lab.tunnelTo(host)
    if (address !== undefined && access) return present(session(lab, { host, address, tunnel, ...access }))
    const installed = await isInstalled(lab, host)
    return installed.is === 'present'
      ? unknown('until up has made the registry its certificate and password')
      : installed
  },
}

async function isInstalled(lab: Reach, host: string): Promise<Answer<true>> {
  const answer = await lab.readOn(host, '[ -e /usr/bin/docker-registry ] && echo there || echo missing')
  if (answer.is !== 'present') return answer
  return answer.state.trim() === 'there' ? present(true) : absent
}

interface Place {
  readonly host: string
  readonly address: string
  readonly tunnel: ReturnType<Reach['tunnelTo']>
  readonly ca: string
  readonly password: Secret
}

function session(
  lab: Reach,
  { host, address, tunnel, ca, password }: Place,
): ApiSession<RegistryReader, RegistryWriter> {
  const { name, user, pullPort, pushPort } = labRegistry
  const at = (port: number) => ({ address, name, ca, port, tunnel: tunnel && (() => tunnel(port, 'among')) })
  const puller = new RegistryClient(at(pullPort))
  const pusher = new RegistryClient({ ...at(pushPort), login: { user, password } }, lab.mayWrite)
  return {
    reader: {
      async digestOf(repository, tag) {
        try {
          const digest = await puller.digestOf(repository, tag)
          return digest === undefined ? absent : present(digest)
        } catch (error) {
          const installed = error instanceof RegistryError ? present(true) : await isInstalled(lab, host)
          return installed.is === 'present' ? unknown(`${address}:${pullPort}: ${(error as Error).message}`) : installed
        }
      },
    },
    writerFor: () => pushing(pusher, lab.signal),
    roundTrips: () => puller.roundTrips + pusher.roundTrips,
    close: async () => {
      puller.close()
      pusher.close()
    },
  }
}

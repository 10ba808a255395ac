import type { ApiSession, ApiTarget, Reach } from '../../engine/resource/probe.ts'
import { type Answer, absent, present, unknown } from '../../engine/resource/resource.ts'
import type { Image } from '../images/oci-layout.ts'
import { RegistryClient } from './client.ts'
import { registryAccess } from './identity.ts'
import { labRegistry } from './lab-registry.ts'

export interface RegistryReader {
  /** `sha256:...` of what the tag names. */
  digestOf(repository: string, tag: string): Promise<Answer<string>>
}

export interface RegistryWriter {
  push(repository: string, tag: string, image: Image): Promise<void>
}

/**
 * The registry on the lab's storage host. Reads go to the listener that cannot write; the password is used for pushing
 * alone. Where the host answers that the program is not installed, there is no registry yet.
 */
export const registry: ApiTarget<RegistryReader, RegistryWriter> = {
  name: 'registry',
  async open(lab) {
    const [host] = lab.hostsOf(labRegistry.group)
    if (!host) return unknown(`no host is in the group ${labRegistry.group}`)
    const address = lab.addressOf(host)
    const installed = await isInstalled(lab, host)
    if (installed.is !== 'present' || address === undefined) return installed.is === 'present' ? absent : installed
    const access = await registryAccess(lab.stateFolder)
    if (!access) return unknown('until up has made the registry its certificate and password')
    const login = { user: labRegistry.user, password: access.password }
    return present(session({ address, name: labRegistry.name, ca: access.ca }, login))
  },
}

async function isInstalled(lab: Reach, host: string): Promise<Answer<true>> {
  const answer = await lab.readOn(host, '[ -e /usr/bin/docker-registry ] && echo there || echo missing')
  if (answer.is !== 'present') return answer
  return answer.state.trim() === 'there' ? present(true) : absent
}

type Place = { readonly address: string; readonly name: string; readonly ca: string }
type Login = NonNullable<ConstructorParameters<typeof RegistryClient>[0]['login']>

function session(place: Place, login: Login): ApiSession<RegistryReader, RegistryWriter> {
  const puller = new RegistryClient({ ...place, port: labRegistry.pullPort })
  const pusher = new RegistryClient({ ...place, port: labRegistry.pushPort, login })
  return {
    reader: {
      async digestOf(repository, tag) {
        try {
          const digest = await puller.digestOf(repository, tag)
          return digest === undefined ? absent : present(digest)
        } catch (error) {
          return unknown(`${place.address}:${labRegistry.pullPort}: ${(error as Error).message}`)
        }
      },
    },
    writer: { push: (repository, tag, image) => pusher.push(repository, tag, image) },
    roundTrips: () => puller.answered + pusher.answered,
    close: async () => {
      puller.close()
      pusher.close()
    },
  }
}

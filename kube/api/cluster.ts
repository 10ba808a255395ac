import type { ApiSession, ApiTarget, Reach } from '../../engine/resource/probe.ts'
import { type Answer, absent, present, unknown } from '../../engine/resource/resource.ts'
import { type AdminConf, adminConfPath, readAdminConf } from './admin-conf.ts'
import { ApiClient } from './client.ts'
import { ClusterReader } from './reader.ts'
import { Wire } from './wire.ts'
import { ClusterWriter } from './writer.ts'

/** Group whose first host runs the control plane. */
export const controlPlaneGroup = 'control-plane'

/**
 * In the API server's certificate of every kubeadm cluster. Verifying this name, and the cluster's own CA, proves who
 * answers at whatever address the operator reaches it: behind a jump, a forwarded port, a public address that changed.
 */
export const serverName = 'kubernetes'

/** The lab's Kubernetes cluster. Absent as long as its control plane has no admin.conf. */
export const cluster: ApiTarget<ClusterReader, ClusterWriter> = {
  name: 'cluster',
  group: controlPlaneGroup,
  async open(lab: Reach): Promise<Answer<ApiSession<ClusterReader, ClusterWriter>>> {
    const found = await adminConf(lab)
    if (found.is !== 'present') return found
    const renew = async (): Promise<Wire | undefined> => {
      const again = await adminConf(lab)
      return again.is === 'present' ? wireTo(lab, again.state) : undefined
    }
    const client = new ApiClient(wireTo(lab, found.state), renew, lab.mayWrite)
    return present({
      reader: new ClusterReader(client),
      writerFor: target => new ClusterWriter(client, (...told) => lab.waiting(target, ...told), lab.signal),
      roundTrips: () => client.roundTrips,
      close: async () => client.close(),
    })
  },
}

export interface ReachedAdminConf {
  readonly conf: AdminConf
  /** At which the operator reaches the control plane. */
  readonly address: string
}

/** Reads admin.conf over the control plane's connection: one round trip. It stays in memory. */
export async function adminConf(lab: Reach): Promise<Answer<ReachedAdminConf>> {
  const host = lab.hostsOf(controlPlaneGroup)[0]
  if (host === undefined) return absent
  const answer = await lab.readOn(host, `if [ -e ${adminConfPath} ]; then cat ${adminConfPath}; fi`)
  if (answer.is !== 'present') return answer
  if (answer.state.trim() === '')
    return lab.takesPart(host) ? absent : unknown(`until ${host}, which is outside --limit, is a control plane`)
  const address = lab.addressOf(host)
  if (address === undefined) return unknown(`the address of ${host} is not known`)
  try {
    return present({ conf: readAdminConf(answer.state), address })
  } catch (error) {
    return unknown((error as Error).message)
  }
}

/** Behind a jump host the API is asked through the control plane's own connection; it proves itself all the same. */
function wireTo(lab: Reach, { conf, address }: ReachedAdminConf): Wire {
  const { port, ca, cert, key } = conf
  const [host = ''] = lab.hostsOf(controlPlaneGroup)
  const tunnel = lab.tunnelTo(host)
  return new Wire({ host: address, port, serverName, ca, cert, key }, tunnel && (() => tunnel(port)))
}

import { parse } from 'yaml'

/** What kubeadm's admin.conf says. Holds a private key: for memory only. */
export interface AdminConf {
  /** `kubernetes`, or the lab's name where we made the cluster. */
  readonly clusterName: string
  readonly port: number
  /** PEM. */
  readonly ca: string
  readonly cert: string
  readonly key: string
}

export const adminConfPath = '/etc/kubernetes/admin.conf'

/** Throws when a part is missing: a file that a killed kubeadm wrote by half. */
export function readAdminConf(text: string): AdminConf {
  const config = parse(text) as {
    clusters?: { name: string; cluster: Record<string, string> }[]
    users?: { user: Record<string, string> }[]
  } | null
  const cluster = config?.clusters?.[0]
  const user = config?.users?.[0]?.user
  const server = cluster?.cluster.server
  if (!cluster || !server) throw new Error(`${adminConfPath} names no cluster`)
  const pem = (of: Record<string, string> | undefined, field: string): string => {
    const value = of?.[field]
    if (!value) throw new Error(`${adminConfPath} has no ${field}`)
    return Buffer.from(value, 'base64').toString('utf8')
  }
  return {
    clusterName: cluster.name,
    port: Number(new URL(server).port || 443),
    ca: pem(cluster.cluster, 'certificate-authority-data'),
    cert: pem(user, 'client-certificate-data'),
    key: pem(user, 'client-key-data'),
  }
}

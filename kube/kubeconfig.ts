import { readFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { stringify } from 'yaml'
import { AndamioError, exitCode } from '../engine/errors.ts'
import { writePrivateFile } from '../engine/pki/private-file.ts'
import type { Reach } from '../engine/resource/probe.ts'
import { adminConf, type ReachedAdminConf, serverName } from './api/cluster.ts'
import { noCluster } from './api/no-cluster.ts'

/** First line of every kubeconfig of ours: what bears it may be written over. */
const marker = (lab: string): string => `# Written by andamio for the lab "${lab}"; written anew without a question.`

/**
 * The cluster's kubeconfig for the operator: one context, named after the lab, at the address by which this machine
 * reaches the control plane. The server proves itself by a name, so the address need not be in its certificate.
 */
export function operatorKubeconfig(lab: string, { conf, address }: ReachedAdminConf): string {
  const base64 = (pem: string): string => Buffer.from(pem).toString('base64')
  const user = `${lab}-admin`
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: lab,
        cluster: {
          server: `https://${isIPv6(address) ? `[${address}]` : address}:${conf.port}`,
          'tls-server-name': serverName,
          'certificate-authority-data': base64(conf.ca),
        },
      },
    ],
    users: [
      { name: user, user: { 'client-certificate-data': base64(conf.cert), 'client-key-data': base64(conf.key) } },
    ],
    contexts: [{ name: lab, context: { cluster: lab, user } }],
    'current-context': lab,
  }
  return `${marker(lab)}\n${stringify(config, { lineWidth: 0 })}`
}

/**
 * Writes the lab's kubeconfig to `path`, mode 0600. Never over a file that is not this lab's own. Throws
 * `kubeconfig-not-ours` before anything is connected to, and `no-cluster` with the next step that `build` is.
 */
export async function writeKubeconfig(reach: Reach, path: string, build: string): Promise<void> {
  const standing = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (standing !== undefined && !standing.startsWith(marker(reach.lab))) throw notOurs(path, standing)
  const found = await adminConf(reach)
  if (found.is !== 'present') throw noCluster(reach.lab, build, found.is === 'unknown' ? found.why : undefined)
  await writePrivateFile(path, operatorKubeconfig(reach.lab, found.state))
}

const notOurs = (path: string, standing: string): AndamioError =>
  new AndamioError(
    {
      code: 'kubeconfig-not-ours',
      message: `${whatStands(standing)}, and it was left as it is`,
      place: path,
      next: 'Give --out the path of a file that is not there yet, or none: then it is written into the folder of the lab.',
    },
    exitCode.usage,
  )

function whatStands(text: string): string {
  const [, lab] = /^# Written by andamio for the lab "([^"]*)"/.exec(text) ?? []
  if (lab !== undefined) return `That file is the kubeconfig of the lab ${lab}`
  return /^kind: *"?Config"?\s*$/m.test(text) || /^\s*\{[\s\S]*"kind":\s*"Config"/.test(text)
    ? "That file is a kubeconfig, and none of this lab's"
    : 'That file is there already, and is no kubeconfig'
}

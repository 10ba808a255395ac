import { createRequire } from 'node:module'
import type { EC2 } from '@aws-sdk/client-ec2'

/** The calls of EC2 that a lab takes: with them an account's administrator knows what to permit. */
export const calls = [
  'attachInternetGateway',
  'authorizeSecurityGroupIngress',
  'createInternetGateway',
  'createRoute',
  'createSecurityGroup',
  'createSubnet',
  'createTags',
  'createVpc',
  'deleteInternetGateway',
  'deleteKeyPair',
  'deleteSecurityGroup',
  'deleteSubnet',
  'deleteTags',
  'deleteVpc',
  'describeImages',
  'describeInstances',
  'describeInternetGateways',
  'describeKeyPairs',
  'describeNetworkInterfaces',
  'describeRouteTables',
  'describeSecurityGroups',
  'describeSubnets',
  'describeVolumes',
  'describeVpcs',
  'detachInternetGateway',
  'getConsoleOutput',
  'importKeyPair',
  'modifyInstanceAttribute',
  'modifyInstanceMetadataOptions',
  'replaceRoute',
  'revokeSecurityGroupIngress',
  'runInstances',
  'startInstances',
  'terminateInstances',
] as const

export type CallName = (typeof calls)[number]
/** EC2's API, one method a call. */
export type Ec2Api = Pick<EC2, CallName> & Pick<EC2, 'destroy'>

/** Of one request: what takes longer is sent again. */
const connectMilliseconds = 10_000
const answerMilliseconds = 60_000

/**
 * EC2 of one region. Loaded here alone and only when asked for: the package is large. Finds credentials as all of AWS's
 * own programs do, and `AWS_ENDPOINT_URL_EC2` where it is set. Tries nothing twice: `Patience` does, and says why.
 */
export function openApi(region: string): Ec2Api {
  // Which Node is supported is ours to say.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  // As CommonJS it is one file and there in a quarter of the time.
  const { EC2: Client } = createRequire(import.meta.url)('@aws-sdk/client-ec2') as typeof import('@aws-sdk/client-ec2')
  return new Client({
    region,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: connectMilliseconds, requestTimeout: answerMilliseconds },
  })
}

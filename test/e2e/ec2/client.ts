import { createRequire } from 'node:module'
import type { EC2 } from '@aws-sdk/client-ec2'

export const region = 'eu-west-1'

/** Moto's server lets in whoever has some. */
export const credentials = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_EC2_METADATA_DISABLED: 'true',
}
/** The environment of a run that takes the server at `endpoint` for EC2. */
export const environmentAt = (endpoint: string) => ({ ...credentials, AWS_ENDPOINT_URL_EC2: endpoint })

/** The whole API, as somebody else in the account uses it. */
export function clientAt(endpoint: string): EC2 {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const { EC2: Client } = createRequire(import.meta.url)('@aws-sdk/client-ec2') as typeof import('@aws-sdk/client-ec2')
  return new Client({ region, endpoint, maxAttempts: 1 })
}

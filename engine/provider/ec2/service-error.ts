import { AndamioError } from '../../errors.ts'
import type { Failure } from '../../report/events.ts'
import type { CallName } from './api.ts'

/** What EC2 answered to a call that it did not carry out, in words for people. `service` is its own code. */
export class ServiceError extends AndamioError {
  readonly service: string
  /** Its words, in one line. */
  readonly said: string
  /** EC2 itself said so: the call was not carried out. */
  readonly answered: boolean

  constructor(service: string, said: string, failure: Failure, cause: unknown) {
    super(failure, undefined, { cause })
    this.service = service
    this.said = said
    this.answered = (cause as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode !== undefined
  }
}

export const isService = (error: unknown, ...codes: readonly (string | RegExp)[]): error is ServiceError =>
  error instanceof ServiceError &&
  codes.some(code => (typeof code === 'string' ? code === error.service : code.test(error.service)))

interface Kind {
  readonly codes: RegExp
  /** Where the code alone says too little. */
  readonly says?: RegExp
  readonly make: (said: Said) => Failure
}

interface Said {
  readonly action: string
  readonly region: string
  readonly service: string
  readonly message: string
}

const place = ({ region, action }: Said): string => `EC2 in ${region}, ${action}`

/** The client says of a profile that is missing no more than of none at all. */
const profileWords = (profile: string | undefined): string =>
  profile === undefined ? '' : `; AWS_PROFILE is ${profile}, which is to stand in ~/.aws/config or ~/.aws/credentials`

/** From the special to the general; the last takes all. */
const kinds: readonly Kind[] = [
  {
    codes: /^CredentialsProviderError$|^CredentialsError$/,
    make: said => ({
      code: 'ec2-no-credentials',
      message: 'There are no credentials for AWS',
      place: place(said),
      cause: `${said.message}${profileWords(process.env.AWS_PROFILE)}`,
      next: 'Give them as to any program of AWS: `aws configure`, `aws sso login`, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    }),
  },
  {
    codes: /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired|InvalidSession)$/,
    make: said => ({
      code: 'ec2-credentials-expired',
      message: 'The credentials for AWS have expired',
      place: place(said),
      cause: said.message,
      next: 'Get new ones (`aws sso login`, or a new session token), see that the clock of this machine is right, and run again.',
    }),
  },
  {
    codes:
      /^(AuthFailure|InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|InvalidAccessKeyId|OptInRequired|MissingAuthenticationToken|IncompleteSignature)$/,
    make: said => ({
      code: 'ec2-credentials-refused',
      message: 'AWS does not accept the credentials',
      place: place(said),
      cause: said.message,
      next: 'See which ones are used (`aws sts get-caller-identity`), and that their account may use this region.',
    }),
  },
  {
    codes: /^(UnauthorizedOperation|AccessDenied(Exception)?|Client\.UnauthorizedOperation)$/,
    make: said => ({
      code: 'ec2-not-permitted',
      message: `These credentials do not permit ec2:${said.action}`,
      place: place(said),
      cause: said.message,
      next: 'Have it added to their policy; docs/ec2.md lists all that a lab takes.',
    }),
  },
  {
    codes:
      /^(VcpuLimitExceeded|InstanceLimitExceeded|\w*LimitExceeded|MaxSpotInstanceCountExceeded|PendingVerification)$/,
    make: said => ({
      code: 'ec2-quota',
      message: 'A quota of the account is reached',
      place: place(said),
      cause: said.message,
      next: 'End what is not needed in this region, have the quota raised (Service Quotas in the console), or take fewer or smaller hosts. What was made so far carries the mark of the lab: down removes it.',
    }),
  },
  {
    codes: /^(Insufficient\w*Capacity|InsufficientCapacity\w*|Server\.InsufficientInstanceCapacity)$/,
    make: said => ({
      code: 'ec2-no-capacity',
      message: 'AWS has no room for a host of this type now',
      place: place(said),
      cause: said.message,
      next: 'Let the inventory allow more: `zones` under `ec2`, or `otherTypes` of the host. Or run again later.',
    }),
  },
  {
    codes: /^(InvalidAMIID\.\w+|InvalidImageID\.?\w*)$/,
    make: said => ({
      code: 'ec2-image-unknown',
      message: 'There is no such image in this region',
      place: place(said),
      cause: said.message,
      next: 'Images have an id for each region. Leave `image` out: then the newest Ubuntu 24.04 is taken.',
    }),
  },
  {
    codes: /^InvalidSubnetI[Dd]\.\w+$/,
    make: said => ({
      code: 'ec2-subnet-elsewhere',
      message: 'There is no such subnet in this region',
      place: place(said),
      cause: said.message,
      next: 'Subnets are of one region: correct `subnet` or `region` under `ec2` in the inventory.',
    }),
  },
  {
    codes: /^(getaddrinfo|ENOTFOUND|EAI_AGAIN)$/,
    make: said => ({
      code: 'ec2-not-reached',
      message: `EC2 in ${said.region} is not reached`,
      place: place(said),
      cause: said.message,
      next: 'See that `region` in the inventory is one that there is (such as eu-west-1), and that this machine has a way to the internet: no proxy (HTTPS_PROXY) is taken.',
    }),
  },
  {
    codes: /^(InvalidParameterValue|InvalidInstanceType|Unsupported)$/,
    says: /instance ?type/i,
    make: said => ({
      code: 'ec2-type-unknown',
      message: 'There is no such type of instance here',
      place: place(said),
      cause: said.message,
      next: 'Correct `type` in the inventory, or `zones`: not every zone has every type (aws ec2 describe-instance-type-offerings).',
    }),
  },
  {
    codes: /.*/,
    make: said => ({
      code: 'ec2-refused',
      message: `EC2 did not carry out ${said.action}`,
      place: place(said),
      cause: `${said.service}: ${said.message}`,
      next: 'Mend what it names, then run the same command again: what is there already is found by its tags.',
    }),
  },
]

/** `runInstances` as policies name it. */
export const actionOf = (call: CallName): string => call.charAt(0).toUpperCase() + call.slice(1)

export function serviceError(error: unknown, call: CallName, region: string): ServiceError {
  const { name, message, code } = error as { name?: string; message?: string; code?: string }
  const service = (name === 'Error' || name === 'TypeError' ? code : name) ?? code ?? 'Error'
  // They may go over several lines.
  const said = (message ?? String(error)).replace(/\s+/g, ' ')
  const kind = kinds.find(({ codes, says }) => codes.test(service) && (says?.test(said) ?? true)) as Kind
  return new ServiceError(service, said, kind.make({ action: actionOf(call), region, service, message: said }), error)
}

import { readdir } from 'node:fs/promises'
import type { ResourceEnd } from '../../../engine/report/events.ts'
import { equal, figure, holds, say } from '../proof.ts'
import type { Faults } from './faults.ts'
import { ofArm } from './images.ts'
import { type Ran, type Rig, smallLab } from './rig.ts'
import { makeNeighbours, truth } from './truth.ts'

interface Bad {
  readonly what: string
  readonly code: string
  /** Must be named by the message or the cause. */
  readonly names: RegExp
  readonly refuses?: readonly [action: string, code: string, message: string]
  readonly inventory?: string
  /** Found out before anything is made. */
  readonly early?: true
}

const withSetting = (setting: string): string => smallLab.replace('ec2: { ', `ec2: { ${setting}, `)

const cases: readonly Bad[] = [
  {
    what: 'an expired token',
    code: 'ec2-credentials-expired',
    names: /expired/,
    refuses: ['DescribeInstances', 'RequestExpired', 'Request has expired.'],
    early: true,
  },
  {
    what: 'credentials that AWS does not know',
    code: 'ec2-credentials-refused',
    names: /validate/,
    refuses: ['DescribeInstances', 'AuthFailure', 'AWS was not able to validate the provided access credentials'],
    early: true,
  },
  {
    what: 'a missing permission to look',
    code: 'ec2-not-permitted',
    names: /ec2:DescribeInstances/,
    refuses: ['DescribeInstances', 'UnauthorizedOperation', 'You are not authorized to perform this operation.'],
    early: true,
  },
  {
    what: 'a missing permission to make hosts',
    code: 'ec2-not-permitted',
    names: /ec2:RunInstances/,
    refuses: ['RunInstances', 'UnauthorizedOperation', 'You are not authorized to perform this operation.'],
    early: true,
  },
  {
    what: 'a missing permission to make a network',
    code: 'ec2-not-permitted',
    names: /ec2:CreateVpc/,
    refuses: ['CreateVpc', 'UnauthorizedOperation', 'You are not authorized to perform this operation.'],
    inventory: withSetting('network: 10.60.0.0/24'),
    early: true,
  },
  {
    what: 'a region that the account has not asked for',
    code: 'ec2-credentials-refused',
    names: /subscribed/,
    refuses: ['DescribeInstances', 'OptInRequired', 'You are not subscribed to this service.'],
    early: true,
  },
  {
    what: 'a quota of networks',
    code: 'ec2-quota',
    names: /VPCs/,
    refuses: ['CreateVpc', 'VpcLimitExceeded', 'The maximum number of VPCs has been reached.'],
    inventory: withSetting('network: 10.60.0.0/24'),
  },
  {
    what: 'a quota that is reached',
    code: 'ec2-quota',
    names: /vCPU/,
    refuses: ['RunInstances', 'VcpuLimitExceeded', 'You have requested more vCPU capacity than your current limit'],
  },
  {
    what: 'a quota of security groups, half way',
    code: 'ec2-quota',
    names: /maximum/,
    refuses: ['AuthorizeSecurityGroupIngress', 'RulesPerSecurityGroupLimitExceeded', 'The maximum number is reached'],
  },
  {
    what: 'an image that is not there',
    code: 'ec2-image-unknown',
    names: /ami-0ffffffffffffffff/,
    inventory: withSetting('image: ami-0ffffffffffffffff'),
    early: true,
  },
  {
    what: 'an image for ARM',
    code: 'ec2-image-unknown',
    names: /arm64/,
    inventory: withSetting(`image: ${ofArm}`),
    early: true,
  },
  {
    what: 'a type that is none',
    code: 'ec2-type-unknown',
    names: /t9/,
    refuses: ['RunInstances', 'InvalidParameterValue', "Invalid value 't9.medium' for InstanceType."],
    early: true,
  },
  {
    what: 'a subnet that is not there',
    code: 'ec2-subnet-elsewhere',
    names: /subnet-0ffffffffffffffff/,
    inventory: withSetting('subnet: subnet-0ffffffffffffffff'),
    early: true,
  },
  {
    what: 'hosts that cost too much',
    code: 'ec2-too-dear',
    names: /0\.01 USD/,
    inventory: withSetting('mostPerHour: 0.01'),
    early: true,
  },
  {
    what: 'hosts whose other types cost too much',
    code: 'ec2-too-dear',
    names: /up to 0\.[0-9]+ USD an hour/,
    inventory: withSetting('mostPerHour: 0.2').replace('type: t3.micro', 'type: t3.micro, otherTypes: [m5.2xlarge]'),
    early: true,
  },
  {
    what: 'an image that prints no host key',
    code: 'ec2-no-host-key',
    names: /cloud-init has not printed one/,
    inventory: withSetting('hostKeys: console'),
  },
  {
    what: 'no room anywhere',
    code: 'ec2-no-capacity',
    names: /t3/,
    inventory: withSetting('zones: [eu-west-1a, eu-west-1b]'),
  },
]

const failureOf = ({ error }: Pick<Ran, 'error'>): { readonly code?: string; readonly text: string } => {
  const failure = (error as Pick<ResourceEnd, 'failure'> | undefined)?.failure
  return { ...(failure?.code ? { code: failure.code } : {}), text: JSON.stringify(failure ?? String(error)) }
}

/** One clear error each, and nothing of it left without a mark. */
export async function badInput(rig: Rig): Promise<void> {
  for (const bad of cases) {
    const faults: Omit<Faults, 'clock'> = {
      refuses: (action, dryRun) => {
        // Quotas are counted only when something is made.
        if (dryRun && bad.code === 'ec2-quota') return undefined
        const [refused, code, message] = bad.refuses ?? []
        return refused === action && code && message ? { code, message } : undefined
      },
      noRoom: () => bad.code === 'ec2-no-capacity',
    }
    await rig.anew(faults)
    await makeNeighbours(rig.account)
    const before = await truth(rig.account)
    if (bad.early) await foretold(rig, bad)
    const ran = await rig.up(bad.inventory)
    const { code, text } = failureOf(ran)
    equal(code, bad.code, `${bad.what}: ${text}`)
    holds(bad.names.test(text), `${bad.what} is named: ${text}`)
    const after = await truth(rig.account)
    equal(after.neighbours, before.neighbours, `${bad.what}: what is there without a mark`)
    if (bad.early) equal(after.marked, [], `${bad.what}: what was made`)
    rig.proxy.weather({ clock: rig.clock })
    const down = await rig.down(bad.inventory)
    equal([down.error, (await truth(rig.account)).marked], [undefined, []], `${bad.what}: down`)
    say(`${bad.what}: ${bad.code}`)
  }
  await subnetElsewhere(rig)
  await noCredentials(rig)
  await wrongRegion(rig)
  await anotherLab(rig)
  await nextPlace(rig)
  figure('bad inputs, each refused by one clear error', cases.length + 4, { atLeast: cases.length + 4 }, '')
}

/** What an up ends by before it makes anything, a check says, and it makes nothing either. */
async function foretold(rig: Rig, bad: Bad): Promise<void> {
  const { error, reminders } = await rig.up(bad.inventory, { check: true })
  const told = error === undefined ? reminders.join(' ') : failureOf({ error }).text
  holds(bad.names.test(told), `${bad.what} is named by a check: ${told}`)
  equal((await truth(rig.account)).marked, [], `${bad.what}: what a check has made`)
}

async function subnetElsewhere(rig: Rig): Promise<void> {
  await rig.anew()
  const { Subnets = [] } = await rig.account.describeSubnets({})
  const settings = `vpc: vpc-0ffffffffffffffff, subnet: ${Subnets[0]?.SubnetId}`
  const { code, text } = failureOf(await rig.up(withSetting(settings)))
  equal(code, 'ec2-subnet-elsewhere', `a subnet of another network: ${text}`)
  equal((await truth(rig.account)).marked, [], 'what was made in another network')
  const inside = await rig.up(withSetting(`subnet: ${Subnets[0]?.SubnetId}`))
  equal(failureOf(inside).text, '"undefined"', 'up in a subnet of the user')
}

/** None in the environment, none in the home folder, and no machine of AWS around us. */
async function noCredentials(rig: Rig): Promise<void> {
  await rig.anew()
  const { AWS_ACCESS_KEY_ID: key, HOME: home } = process.env
  delete process.env.AWS_ACCESS_KEY_ID
  process.env.HOME = rig.stateFolder
  const run = await rig.up()
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: key, HOME: home })
  equal(failureOf(run).code, 'ec2-no-credentials', `no credentials: ${failureOf(run).text}`)
  equal(run.calls, [], 'calls without credentials')
}

/** Of a region that there is not nobody knows an address. */
async function wrongRegion(rig: Rig): Promise<void> {
  await rig.anew()
  const { AWS_ENDPOINT_URL_EC2: endpoint } = process.env
  process.env.AWS_ENDPOINT_URL_EC2 = 'https://ec2.eu-west-9.amazonaws.invalid'
  const run = await rig.up(smallLab.replace('eu-west-1', 'eu-west-9'))
  process.env.AWS_ENDPOINT_URL_EC2 = endpoint
  const { code, text } = failureOf(run)
  equal(code, 'ec2-not-reached', `a region that there is not: ${text}`)
  holds(/eu-west-9/.test(text), `it is named: ${text}`)
}

/** Somebody else's lab of the same name is not touched, neither by up nor by down. */
async function anotherLab(rig: Rig): Promise<void> {
  await rig.anew()
  await rig.up()
  const theirs = await truth(rig.account)
  await rig.forget()
  for (const run of [await rig.up(), await rig.down()]) {
    const { failure } = run.error as { failure?: { code: string } }
    equal(failure?.code, 'lab-name-taken', `up or down of another: ${JSON.stringify(run.error)}`)
    equal(await truth(rig.account), theirs, 'what the other lab has')
    equal(await readdir(rig.stateFolder), [], 'what was written')
  }
}

/** Where the first place has no room, the next that the inventory allows is taken. */
async function nextPlace(rig: Rig): Promise<void> {
  await rig.anew({ noRoom: (type, zone) => zone === 'eu-west-1a' || type === 't3.medium' })
  const zones = withSetting('zones: [eu-west-1a, eu-west-1b]')
  const up = await rig.up(zones.replace('type: t3.medium', 'type: t3.medium, otherTypes: [t3a.medium]'))
  equal(failureOf(up).text, '"undefined"', 'up where the first places have no room')
  const { Reservations = [] } = await rig.account.describeInstances({})
  const places = Reservations.flatMap(({ Instances = [] }) =>
    Instances.map(({ InstanceType, Placement }) => `${InstanceType} ${Placement?.AvailabilityZone}`),
  )
  equal(places.toSorted(), ['t3.micro eu-west-1b', 't3a.medium eu-west-1b'], 'places')
}

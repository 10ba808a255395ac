import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { labHere } from '../testing/lab-here.ts'
import type { Ec2Api } from './api.ts'
import { ec2Provider } from './provider.ts'
import { hostTag, idTag, labTag, tagList } from './tags.ts'

let state: string
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'ec2-'))
})
afterEach(() => rmSync(state, { recursive: true }))

type Wish = Readonly<Record<string, unknown>>

/** As the client throws what EC2 refuses. */
const refused = (name: string, message: string) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } })

const subnet = 'subnet-0123456789abcdef0'
const image = 'ami-0123456789abcdef0'
const noSubnet = refused('InvalidSubnetID.NotFound', `The subnet ID '${subnet}' does not exist`)
const noImage = refused('InvalidAMIID.NotFound', `The image id '[${image}]' does not exist`)
const forbidden = refused('UnauthorizedOperation', 'You are not authorized to perform this operation.')
const would = refused('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.')

/** An account with a network and an image and nothing of the lab; makes nothing, whoever asks. */
const fits: Readonly<Record<string, (wish: Wish) => object>> = {
  describeInstances: () => ({}),
  describeKeyPairs: () => ({}),
  describeSecurityGroups: () => ({}),
  describeVpcs: () => ({ Vpcs: [{ VpcId: 'vpc-1' }] }),
  describeImages: () => ({ Images: [{ ImageId: image }] }),
  createSecurityGroup: () => would,
  runInstances: () => would,
}

function inAccount(answers: typeof fits, settings: object = {}, types = ['t3.micro', 't3.small']) {
  const calls: string[] = []
  const asked = (name: string, answer: (wish: Wish) => object) => async (wish: Wish) => {
    calls.push(name)
    if (!name.startsWith('describe') && wish.DryRun !== true) throw new Error(`${name} would make something`)
    const said = answer(wish)
    if (said instanceof Error) throw said
    return said
  }
  const api = Object.entries({ ...fits, ...answers }).map(([name, answer]) => [name, asked(name, answer)])
  const hosts = Object.fromEntries(types.map((type, i) => [`h${i}`, { type }]))
  const provider = ec2Provider(labHere('ec2', hosts, { region: 'eu-west-1', ...settings }, state), {
    table: [],
    open: () => Object.fromEntries(api) as Ec2Api,
  })
  return { provider, calls }
}

test.each([
  ['nothing', {}, {}, []],
  ['a subnet', { describeSubnets: () => noSubnet, runInstances: () => noSubnet }, { subnet }, ['ec2-subnet-elsewhere']],
  ['an image', { describeImages: () => noImage }, { image }, ['ec2-image-unknown']],
  [
    'all at once',
    { describeSubnets: () => noSubnet, describeImages: () => noImage },
    { subnet, image },
    ['ec2-subnet-elsewhere', 'ec2-image-unknown'],
  ],
  [
    'each permission',
    { createSecurityGroup: () => forbidden, runInstances: () => forbidden },
    {},
    ['ec2-not-permitted', 'ec2-not-permitted'],
  ],
  [
    'each type',
    {
      runInstances: ({ InstanceType }: Wish) => refused('InvalidParameterValue', `${InstanceType} is no InstanceType`),
    },
    {},
    ['ec2-type-unknown', 'ec2-type-unknown'],
  ],
  ['a look', { describeVpcs: () => forbidden }, { network: '10.60.0.0/24' }, ['ec2-not-permitted']],
  ['a network', { describeVpcs: () => ({}), runInstances: () => refused('MissingInput', '') }, {}, ['ec2-no-network']],
])('AWS refuses %s: --check tells all that the preflight ends by', async (_, answers, settings, codes) => {
  const foreseen = await inAccount(answers, settings).provider.foresee?.()
  expect(foreseen?.map(({ code }) => code)).toEqual(codes)
  const real = inAccount(answers, settings).provider.preflight()
  if (codes.length === 0) await real
  else await expect(real).rejects.toMatchObject({ failure: foreseen?.[0] })
})

test('a run that may make all asks that once', async () => {
  const { provider, calls } = inAccount({})
  await provider.preflight()
  const asked = calls.filter(name => !name.startsWith('describe'))
  expect(asked).toEqual(['createSecurityGroup', 'runInstances', 'runInstances'])
  expect(await provider.foresee?.()).toEqual([])
  expect(calls.filter(name => !name.startsWith('describe'))).toEqual(asked)
})

test('nobody is asked for more where no credentials are taken, nor where another lab has the name', async () => {
  const expired = inAccount({ createSecurityGroup: () => refused('RequestExpired', 'Request has expired.') })
  expect(await expired.provider.foresee?.()).toMatchObject([{ code: 'ec2-credentials-expired' }])
  expect(expired.calls).not.toContain('runInstances')
  const Tags = tagList({ [labTag]: 'test', [idTag]: 'another', [hostTag]: 'h0' })
  const another = inAccount({ describeSecurityGroups: () => ({ SecurityGroups: [{ GroupId: 'sg-1', Tags }] }) })
  const taken = { code: 'lab-name-taken', cause: expect.stringMatching(/sg-1 carries .*=another, .*knows none/) }
  expect(await another.provider.foresee?.()).toMatchObject([taken])
  await expect(another.provider.preflight()).rejects.toMatchObject({ failure: taken })
  expect(another.calls).not.toContain('runInstances')
})

test('what is to be done about an image depends on whether one was named', async () => {
  const nextOf = async (settings: object) => {
    const { provider } = inAccount({ describeImages: () => ({ Images: [] }) }, settings)
    return (await provider.foresee?.())?.map(({ code, next }) => [code, /leave it out/.test(next ?? '')])
  }
  expect(await nextOf({ image })).toEqual([['ec2-image-unknown', true]])
  expect(await nextOf({})).toEqual([['ec2-image-unknown', false]])
})

test('a profile that is not there is named where there are no credentials', async () => {
  vi.stubEnv('AWS_PROFILE', 'nosuch')
  const missing = Object.assign(new Error('Could not load credentials'), { name: 'CredentialsProviderError' })
  const { provider } = inAccount({ describeImages: () => missing })
  expect(await provider.foresee?.()).toMatchObject([
    { code: 'ec2-no-credentials', cause: expect.stringMatching(/^Could not load credentials; AWS_PROFILE is nosuch,/) },
  ])
  vi.unstubAllEnvs()
})

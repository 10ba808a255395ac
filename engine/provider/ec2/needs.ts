import * as z from 'zod'
import type { InventoryHost, LabHosts } from '../../inventory/lab.ts'
import type { RefuseHost } from '../../inventory/parse.ts'
import type { SettingsOf, SizeOf } from '../../inventory/provider-fields.ts'
import { gibibytes } from './disk-size.ts'
import { networkOf, problemOfNetwork } from './networks.ts'

interface Form {
  readonly pattern: RegExp
  readonly what: string
}

const forms = {
  region: { pattern: /^[a-z]{2,3}(-[a-z]+)+-\d$/, what: 'a region of AWS such as eu-west-1' },
  image: { pattern: /^ami-[0-9a-f]{8,17}$/, what: 'the id of an image such as ami-0123456789abcdef0' },
  vpc: { pattern: /^vpc-[0-9a-f]{8,17}$/, what: 'the id of a network such as vpc-0123456789abcdef0' },
  subnet: { pattern: /^subnet-[0-9a-f]{8,17}$/, what: 'the id of a subnet such as subnet-0123456789abcdef0' },
} as const satisfies Record<string, Form>

const typeForm = /^[a-z][a-z0-9-]*\.(nano|micro|small|medium|large|\d*xlarge|metal(-\d+xl)?)$/

/** Whether AWS makes this type with processors of ARM: `t4g`, `c7gn`, `a1`. */
const isArm = (type: string): boolean => /^(a1\.|[a-z]+\d+[a-z]*g[a-z]*[.-])/.test(type)

/** AWS's own bounds of a gp3 disk, the lower one that of the image. */
const disk = { least: 8, most: 16384 }

/** Refuses what EC2 would refuse of an inventory, before anything is asked of it. */
export function ec2Needs(lab: LabHosts, refuse: RefuseHost): void {
  if (lab.provider !== 'ec2') return
  const settings = lab.settings as SettingsOf<'ec2'>
  const setting = (field: string, message: string, hint: string) => refuse(undefined, message, hint, field)
  const { region } = settings
  if (region === undefined) setting('region', 'is missing', 'say where: ec2: { region: eu-west-1 }')
  // What is of another kind is refused as every field is.
  if (typeof region !== 'string') return
  for (const [field, { pattern, what }] of Object.entries(forms)) {
    const value = settings[field as keyof typeof forms]
    if (typeof value === 'string' && !pattern.test(value))
      setting(field, `expected ${what}, got "${value}"`, 'see the console')
  }
  for (const zone of Array.isArray(settings.zones) ? settings.zones : [])
    if (typeof zone === 'string' && (!zone.startsWith(region) || !/^[a-z]$/.test(zone.slice(region.length))))
      setting('zones', `${zone} is no zone of ${region}`, `zones are ${region}a, ${region}b ...`)
  if (settings.zones && settings.subnet !== undefined)
    setting('zones', 'a subnet lies in one zone', 'leave `zones` out, or `subnet`')
  if (settings.vpc !== undefined && settings.subnet === undefined)
    setting('vpc', 'says nothing of where in it', 'name a subnet of it: `subnet` alone is enough')
  ownNetworkNeeds(settings, setting)
  if (settings.jump?.length) {
    if (settings.subnet === undefined)
      setting('jump', 'leads to a subnet of yours', 'name it: `subnet`, with a way to the internet for its hosts')
    if (settings.operators === undefined)
      setting('jump', 'the hosts see whoever is before them', 'name the network of the last one: `operators`')
  }
  for (const field of ['operators', 'clients'] as const) {
    const network = settings[field]
    if (!z.cidrv4().safeParse(network).success) continue
    const problem = problemOfNetwork(network as string, settings.openToTheWorld === true)
    if (problem) setting(field, problem.message, problem.hint)
  }
  for (const host of lab.hosts) hostNeeds(host, refuse)
}

/** AWS's own bounds of a network and of a subnet. */
const prefixes = { widest: 16, narrowest: 28 }

function ownNetworkNeeds(
  { network, vpc, subnet, zones }: SettingsOf<'ec2'>,
  refuse: (field: string, message: string, hint: string) => void,
): void {
  if (network === undefined || !z.cidrv4().safeParse(network).success) return
  const meant = networkOf(network)
  if (meant !== network) refuse('network', `${network} is an address, not a network`, `write ${meant}`)
  const prefix = Number(network.split('/')[1])
  if (prefix < prefixes.widest || prefix > prefixes.narrowest)
    refuse('network', `AWS makes networks of /${prefixes.widest} to /${prefixes.narrowest}`, 'such as 10.60.0.0/24')
  for (const [field, other] of Object.entries({ vpc, subnet }))
    if (other !== undefined)
      refuse('network', `${field} names one that is there already`, `leave out \`network\`, or \`${field}\``)
  if (Array.isArray(zones) && zones.length > 1)
    refuse('zones', 'a network of the lab has one subnet, in one zone', 'name one zone, or leave out `network`')
}

function hostNeeds({ name, size }: InventoryHost, refuse: RefuseHost): void {
  const { type, otherTypes, disk: wished } = size as SizeOf<'ec2'>
  const others = Array.isArray(otherTypes) ? otherTypes : []
  const named = [['type', type], ...others.map(other => ['otherTypes', other])] as const
  for (const [field = '', one] of named) {
    if (typeof one !== 'string') continue
    if (!typeForm.test(one))
      refuse(
        name,
        `expected a type of instance such as t3.medium, got "${one}"`,
        'AWS lists them: aws ec2 describe-instance-types',
        field,
      )
    else if (isArm(one))
      refuse(name, `${one} has ARM processors, and the lab's hosts are x86-64`, 'such as t3 or m6i', field)
  }
  const gigabytes = gibibytes(typeof wished === 'string' ? wished : undefined)
  if (gigabytes < disk.least || gigabytes > disk.most)
    refuse(name, `a disk is ${disk.least} to ${disk.most} GiB, not ${gigabytes}`, 'leave it out for 20G', 'disk')
}

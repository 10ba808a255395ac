import type { Memory } from './memory.ts'
import { child, type Element, keep, textOf } from './xml.ts'

/** Where answers hold the ids of what was made, and where lists do. */
const made: Readonly<Record<string, readonly string[]>> = {
  CreateInternetGateway: ['internetGateway', 'internetGatewayId'],
  CreateSecurityGroup: ['groupId'],
  CreateSubnet: ['subnet', 'subnetId'],
  CreateVpc: ['vpc', 'vpcId'],
  ImportKeyPair: ['keyPairId'],
}
const listed: Readonly<Record<string, readonly [list: string, id: string]>> = {
  DescribeInternetGateways: ['internetGatewaySet', 'internetGatewayId'],
  DescribeKeyPairs: ['keySet', 'keyPairId'],
  DescribeSecurityGroups: ['securityGroupInfo', 'groupId'],
  DescribeSubnets: ['subnetSet', 'subnetId'],
  DescribeVpcs: ['vpcSet', 'vpcId'],
}

/** What AWS says of a thing that it does not show yet. */
const notFound: Readonly<Record<string, string>> = {
  i: 'InvalidInstanceID.NotFound',
  igw: 'InvalidInternetGatewayID.NotFound',
  subnet: 'InvalidSubnetID.NotFound',
  vpc: 'InvalidVpcID.NotFound',
}

/** Hides what this call has made, also under the name by which others speak of it. */
export function hideMade(memory: Memory, action: string, answer: Element, name: string, seconds: () => number): void {
  const path = made[action]
  if (!path) return
  const hidden = seconds()
  memory.hide(textOf(answer, ...path), hidden)
  if (action === 'ImportKeyPair') memory.hide(name, hidden)
}

/** Takes out of a list what is still hidden. */
export function leaveOutHidden(memory: Memory, action: string, answer: Element): void {
  const [list, id] = listed[action] ?? []
  if (list && id) keep(child(answer, list), item => !memory.isHidden(textOf(item, id)))
}

export const codeOfHidden = (id: string): string => notFound[id.split('-')[0] ?? ''] ?? 'InvalidGroup.NotFound'

/** Real hosts behind machines and instances that a stand-in says it has: blank local ones, each under its name. */
import { join } from 'node:path'
import type { Provider } from '../../engine/provider/provider.ts'
import { convergePlan } from '../e2e/converge-plan.ts'
import { type ScratchSize, scratchLab } from '../e2e/scratch-lab.ts'

export interface RealHost {
  readonly name: string
  /** Where the stand-in keeps everything; its local lab too, named by STAND_IN_LAB. */
  readonly folder: string
  readonly size?: Partial<ScratchSize>
  readonly subnet?: string
}

export interface WayIn {
  readonly address: string
  /** Of the local lab's own user, `debian`. */
  readonly key: string
}

/** What all hosts of a stand-in share: before the first of them where several are booted at once. */
export async function openRealLab(folder: string): Promise<void> {
  const provider = await labOf({ name: 'none', folder })
  await provider.preflight()
  await convergePlan({ shared: provider.create().shared, hosts: new Map() }, 'shared-first')
}

/** Made, or started where it was cut off. */
export async function bootHost(host: RealHost): Promise<WayIn> {
  const provider = await labOf(host)
  await provider.preflight()
  await convergePlan(provider.create(), 'shared-first')
  const found = (await provider.find()).get(host.name)
  if (found?.is !== 'running') throw new Error(`${host.name} is ${found?.is}`)
  return { address: found.address, key: found.endpoint.identityFiles[0] ?? '' }
}

/** This one alone: the lab's network goes with the last step of a proof. */
export async function removeHost(host: RealHost): Promise<void> {
  const list = (await labOf(host)).destroy().hosts.get(host.name) ?? []
  await convergePlan({ shared: [], hosts: new Map([[host.name, list]]) }, 'hosts-first')
}

/** Every host of the stand-in, and what they share. */
export async function removeAll(folder: string): Promise<void> {
  await convergePlan((await labOf({ name: 'none', folder })).destroy(), 'hosts-first')
}

async function labOf({ name, folder, size, subnet }: RealHost): Promise<Provider> {
  const hosts = { [name]: { memory: '1G', cpus: 1, ...size } }
  const lab = { name: labName(), stateFolder: realFolder(folder), hosts }
  return (await scratchLab({ ...lab, ...(subnet ? { subnet } : {}) })).provider
}

const labName = (): string => process.env.STAND_IN_LAB ?? 'stand-in'

/** State home of the local lab. */
export const realHome = (folder: string): string => join(folder, 'real')
const realFolder = (folder: string): string => join(realHome(folder), 'andamio', labName())

import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { LabHosts } from '../../engine/inventory/lab.ts'
import { cacheFolder } from '../../engine/play/folders.ts'
import { type Boots, localProvider } from '../../engine/provider/local/provider.ts'
import type { Provider } from '../../engine/provider/provider.ts'
import type { Emit } from '../../engine/report/events.ts'
import { buildStep } from '../../mirror/build-step.ts'
import { cloudImage } from '../../mirror/cloud-image.ts'
import { hostImage } from '../../mirror/host-image.ts'
import { kernel } from '../../mirror/kernel.ts'
import type { MirrorStep } from '../../mirror/step.ts'
import { say } from './proof.ts'

export interface ScratchLab {
  readonly name: string
  readonly stateFolder: string
  readonly provider: Provider
}

export interface ScratchWish {
  readonly name: string
  readonly stateFolder: string
  readonly hosts: Readonly<Record<string, ScratchSize>>
  /** Else a free one. */
  readonly subnet?: string
}

export interface ScratchSize {
  readonly memory: string
  readonly cpus: number
  readonly disk?: string
  /** In the lab's subnet; else a free one. */
  readonly address?: string
  /** `cloud` has cloud-init, which reads `userData`, a path. */
  readonly image?: 'base' | 'cloud'
  readonly userData?: string
}

/** Local hosts without an inventory file and without roles, for proofs that need a real host and nothing on it. */
export async function scratchLab(wish: ScratchWish): Promise<ScratchLab> {
  await mkdir(wish.stateFolder, { recursive: true, mode: 0o700 })
  const emit: Emit = event => {
    if (event.type === 'progress') say(`${event.task}: ${event.detail ?? event.ended ?? ''}`)
    if (event.type === 'wait') say(`${event.host}: waiting for ${event.what}`)
  }
  const lab: LabHosts = {
    name: wish.name,
    file: 'none',
    provider: 'local',
    settings: wish.subnet ? { subnet: wish.subnet } : {},
    source: 'mirror',
    hosts: Object.entries(wish.hosts).map(([name, size]) => ({ name, groups: ['all'], size: { ...size }, vars: {} })),
    groups: new Map([['all', Object.keys(wish.hosts)]]),
    selected: Object.keys(wish.hosts),
    vars: {},
  }
  const context = { lab, stateFolder: wish.stateFolder, cacheFolder: cacheFolder(), emit }
  const provider = localProvider(context, await boots(emit, wish))
  return { name: wish.name, stateFolder: wish.stateFolder, provider }
}

/** Kernel and images from the mirror; `SCRATCH_KERNEL` names a kernel that is built already. */
async function boots(emit: Emit, { hosts }: ScratchWish): Promise<Boots> {
  const options = { cacheFolder: cacheFolder(), emit, signal: new AbortController().signal }
  const given = process.env.SCRATCH_KERNEL
  const imageOf = async (step: MirrorStep) => join(await buildStep(step, options), 'image.ext4')
  const cloud = Object.values(hosts).some(({ image }) => image === 'cloud')
  return {
    image: await imageOf(hostImage),
    kernel: given ?? join(await buildStep(kernel, options), 'linux'),
    ...(cloud ? { cloudImage: await imageOf(cloudImage) } : {}),
  }
}

export const scratchState = (name: string): string =>
  join(process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'andamio', name)

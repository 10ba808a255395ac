import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runTool } from '../../../kube/images/tool.ts'

/** An image as a registry's store has it. */
export interface StoredImage {
  readonly config: {
    readonly User?: string
    readonly ExposedPorts?: Readonly<Record<string, object>>
    readonly Entrypoint?: readonly string[]
    readonly Cmd?: readonly string[]
  }
  readonly layers: readonly { readonly digest: string; readonly size: number }[]
}

const blob = (store: string, digest: string): string => {
  const [, hex = ''] = digest.split(':')
  return join(store, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data')
}

/** Read from the folder of a docker-registry. */
export async function storedImage(store: string, repository: string, tag: string): Promise<StoredImage> {
  const link = join(store, 'docker/registry/v2/repositories', repository, '_manifests/tags', tag, 'current/link')
  const read = async (digest: string) => JSON.parse(await readFile(blob(store, digest), 'utf8'))
  const { config, layers } = await read((await readFile(link, 'utf8')).trim())
  return { config: (await read(config.digest)).config, layers }
}

/** Its layers, one over the other, as the root of a file system at `into`, which must be there. */
export async function unpack(store: string, { layers }: StoredImage, into: string): Promise<void> {
  for (const { digest } of layers)
    await runTool('tar', ['-xzf', blob(store, digest), '-C', into, '--numeric-owner'], { timeoutSeconds: 120 })
}

import { join } from 'node:path'
import { usageError } from '../../engine/errors.ts'
import type { Provider, ProviderContext } from '../../engine/provider/provider.ts'

/** The provider that an inventory names. Each is loaded only when it is asked for. */
export async function providerFor(context: ProviderContext): Promise<Provider> {
  const { provider, file } = context.lab
  if (provider === 'static') return (await import('../../engine/provider/static/static.ts')).staticProvider(context)
  if (provider === 'local') return localProvider(context)
  throw usageError({
    code: 'provider-not-available',
    message: `The provider ${provider} is not part of this version`,
    place: file,
    next: 'Use local, or static with the addresses of hosts that you have made yourself.',
  })
}

/** Local hosts boot what the mirror builds; where that will be is known before it is there. */
async function localProvider(context: ProviderContext): Promise<Provider> {
  const [{ localProvider: make }, { folderOf }, { kernel }, { hostImage }, { cloudImage }] = await Promise.all([
    import('../../engine/provider/local/provider.ts'),
    import('../../mirror/step-key.ts'),
    import('../../mirror/kernel.ts'),
    import('../../mirror/host-image.ts'),
    import('../../mirror/cloud-image.ts'),
  ])
  const [kernelFolder, imageFolder, cloudFolder] = await Promise.all([
    folderOf(context.cacheFolder, kernel),
    folderOf(context.cacheFolder, hostImage),
    folderOf(context.cacheFolder, cloudImage),
  ])
  return make(context, {
    kernel: join(kernelFolder, 'linux'),
    image: join(imageFolder, 'image.ext4'),
    cloudImage: join(cloudFolder, 'image.ext4'),
  })
}

import { join } from 'node:path'
import type { ProviderName } from '../../engine/inventory/provider-fields.ts'
import type { Provider, ProviderContext } from '../../engine/provider/provider.ts'

/** Those of this version. An inventory that names another one is refused where it names it. */
export const providers = ['local', 'static', 'ec2', 'vagrant', 'multipass'] as const satisfies readonly ProviderName[]

/** The provider that an inventory names. Each is loaded only when it is asked for. */
export async function providerFor(context: ProviderContext): Promise<Provider> {
  if (context.lab.provider === 'local') return localProvider(context)
  if (context.lab.provider === 'ec2') return ec2Provider(context)
  if (context.lab.provider === 'vagrant')
    return (await import('../../engine/provider/vagrant/provider.ts')).vagrantProvider(context)
  if (context.lab.provider === 'multipass')
    return (await import('../../engine/provider/multipass/provider.ts')).multipassProvider(context)
  return (await import('../../engine/provider/static/static.ts')).staticProvider(context)
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

async function ec2Provider(context: ProviderContext): Promise<Provider> {
  const [{ ec2Provider: make }, { labPorts }] = await Promise.all([
    import('../../engine/provider/ec2/provider.ts'),
    import('./lab-ports.ts'),
  ])
  return make(context, { table: labPorts(context.lab), keepsData: ['storage'] })
}

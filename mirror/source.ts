import type { AptOrigin, RegistryMirror, Source } from '../kube/source.ts'
import { images } from '../kube/versions.ts'
import type { Vendor } from './apt-keys.ts'
import { aptKey } from './artifacts.ts'
import { partsOf } from './images/image.ts'
import { mirrorPorts, type ServeOptions } from './serve.ts'

/** The served mirror as a lab's source, shaped as upstream is. For a mirror that is built. */
export async function mirrorSource(options: ServeOptions): Promise<Source> {
  const { address, cacheFolder, authority, ports = mirrorPorts } = options
  const origin = async (vendor: Vendor, host: string): Promise<AptOrigin> => ({
    url: `http://${address}:${ports.apt}/${host}`,
    ...(await aptKey(cacheFolder, vendor)),
  })
  const mirror: RegistryMirror = { url: `https://${address}:${ports.registry}`, ca: authority.certificate }
  const hosts = new Set(Object.values(images).map(reference => partsOf(reference).host))
  return {
    kubernetes: await origin('kubernetes', 'pkgs.k8s.io'),
    docker: await origin('docker', 'download.docker.com'),
    mirrors: Object.fromEntries([...hosts].map(host => [host, mirror])),
  }
}

import type { RoleView } from '../../engine/play/role.ts'
import type { Late } from '../../engine/resource/late.ts'
import type { AnyResource } from '../../engine/resource/resource.ts'
import { directory } from '../../engine/resources/directory.ts'
import { file } from '../../engine/resources/file.ts'
import type { RegistryIdentity } from '../../kube/registry/identity.ts'
import { labRegistry } from '../../kube/registry/lab-registry.ts'
import { both, sourceOf } from '../../kube/source.ts'
import { images } from '../../kube/versions.ts'
import { certsFolder } from './config.ts'

/** Where containerd pulls one name's images from, before or instead of the place that the name says. */
interface Endpoint {
  readonly url: string
  readonly ca: string
}

/** Registries that a cluster's own images are named after: `registry.k8s.io`, `ghcr.io`. */
const upstreamNames = [...new Set(Object.values(images).map(image => image.slice(0, image.indexOf('/'))))].sort()

/** A folder for each name whose images may come from elsewhere: the upstream ones, and the lab's own. */
export function registries(view: RoleView): readonly AnyResource[] {
  const source = sourceOf(view)
  const mirrored = upstreamNames.flatMap(name =>
    registryFolder(
      name,
      source.map(({ mirrors }) => mirrors[name] ?? null),
      `https://${name}`,
    ),
  )
  const [host] = view.lab.hostsOf(labRegistry.group)
  if (!host) return mirrored
  const identity = view.lab.fact<RegistryIdentity>('registry')
  const own = both(identity, view.lab.addressOf(host), ({ ca }, address) => ({
    url: `https://${address}:${labRegistry.pullPort}`,
    ca,
  }))
  return [...mirrored, ...registryFolder(labRegistry.name, own)]
}

/** `server` is who is asked when the endpoint has not got an image; the lab's own name leads nowhere else. */
function registryFolder(name: string, endpoint: Late<Endpoint | null>, server?: string): readonly AnyResource[] {
  const folder = `${certsFolder}/${name}`
  const hosts = endpoint.map(known => hostsToml(folder, known, server))
  return [
    directory({ path: folder }),
    file({ path: `${folder}/ca.crt`, content: endpoint.map(known => known?.ca ?? '') }),
    file({ path: `${folder}/hosts.toml`, content: hosts }),
  ]
}

/** Settings above the first table are those of `server` itself. */
function hostsToml(folder: string, endpoint: Endpoint | null, upstream: string | undefined): string {
  if (!endpoint) return `server = "${upstream}"\n`
  const { origin, pathname } = new URL(endpoint.url)
  const inFolder = pathname !== '/'
  const url = `${origin}${inFolder ? pathname : ''}`
  return [
    `server = "${upstream ?? url}"`,
    ...(upstream ? ['', `[host."${url}"]`] : []),
    'capabilities = ["pull", "resolve"]',
    `ca = "${folder}/ca.crt"`,
    ...(inFolder ? ['override_path = true'] : []),
    '',
  ].join('\n')
}

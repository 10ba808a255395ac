import type { RoleView } from '../engine/play/role.ts'
import type { HostFacts } from '../engine/resource/host.ts'
import { Late } from '../engine/resource/late.ts'

/** An apt repository's server and the key that signs it. */
export interface AptOrigin {
  /** Base without a trailing slash: `https://pkgs.k8s.io`. Below it the layout is upstream's. */
  readonly url: string
  /** ASCII-armoured OpenPGP key. */
  readonly key: string
  /** The pinned one, which the key must have: 40 hex digits. */
  readonly fingerprint: string
}

/** Another registry to pull an upstream name's images from. */
export interface RegistryMirror {
  /** `https://10.77.0.1:5000`, or with the path under which it keeps that name: `https://10.77.0.1:5000/v2/ghcr.io`. */
  readonly url: string
  /** PEM of the authority that signed its TLS certificate. */
  readonly ca: string
}

/**
 * Where packages and images come from: the lab's fact `source`. A mirror and upstream (see upstream.ts) each make one,
 * and roles cannot tell which.
 */
export interface Source {
  /** Laid out as pkgs.k8s.io: `<url>/core:/stable:/v1.36/deb/ /`. */
  readonly kubernetes: AptOrigin
  /** Laid out as download.docker.com: `<url>/linux/<os id> <codename> stable`. */
  readonly docker: AptOrigin
  /** By upstream name, e.g. `registry.k8s.io`; what is not here is pulled from upstream itself. */
  readonly mirrors: Readonly<Record<string, RegistryMirror>>
}

export const sourceOf = (view: RoleView): Late<Source> => view.lab.fact<Source>('source')

/** What the host runs, known once it answers: Docker keeps a repository for each distribution. */
export const osOf = (view: RoleView): Late<HostFacts['os']> => view.lab.fact(`os of ${view.host}`)

/** IPv4 addresses that the host itself has, known once it answers. */
export const ownAddressesOf = (view: Pick<RoleView, 'host' | 'lab'>): Late<readonly string[]> =>
  view.lab.fact(`addresses of ${view.host}`)

/** Made of two late values, once both are known. */
export function both<A, B, C>(a: Late<A>, b: Late<B>, make: (a: A, b: B) => C): Late<C> {
  return new Late(`${a.what}, ${b.what}`, () => {
    const [one, other] = [a.value, b.value]
    return one === undefined || other === undefined ? undefined : make(one, other)
  })
}

import { minorOf, versions } from './versions.ts'

/** An apt repository's server and the key that signs it. */
export interface AptOrigin {
  /** Base without a trailing slash: `https://pkgs.k8s.io`. Below it the layout is upstream's. */
  readonly url: string
  /** Armored OpenPGP key, or the URL to read it from. Either way its fingerprint must be the pinned one. */
  readonly key: { readonly armored: string } | { readonly url: string }
  /** 40 hex digits. */
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
 * Where packages and images come from. A mirror makes one of these known as the lab's fact `source`; roles cannot tell
 * it from upstream.
 */
export interface Source {
  /** Laid out as pkgs.k8s.io: `<url>/core:/stable:/v1.36/deb/ /`. */
  readonly kubernetes: AptOrigin
  /** Laid out as download.docker.com: `<url>/linux/<os id> <codename> stable`. */
  readonly docker: AptOrigin
  /** By upstream name, e.g. `registry.k8s.io`; what is not here is pulled from upstream itself. */
  readonly mirrors: Readonly<Record<string, RegistryMirror>>
}

const kubernetesUrl = 'https://pkgs.k8s.io'
const dockerUrl = 'https://download.docker.com'

export const upstream: Source = {
  kubernetes: {
    url: kubernetesUrl,
    key: { url: `${kubernetesUrl}/core:/stable:/v${minorOf(versions.kubernetes.version)}/deb/Release.key` },
    // isv:kubernetes OBS Project, the same for all minors. Its end is moved on in place: the file changes, this does not.
    fingerprint: 'DE15B14486CD377B9E876E1A234654DA9A296436',
  },
  docker: {
    url: dockerUrl,
    key: { url: `${dockerUrl}/linux/debian/gpg` },
    fingerprint: '9DC858229FC7DD38854AE2D88D81803C0EBFCD88',
  },
  mirrors: {},
}

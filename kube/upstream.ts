import pRetry, { AbortError } from 'p-retry'
import { AndamioError } from '../engine/errors.ts'
import type { Json } from '../engine/report/events.ts'
import type { AptOrigin, Source } from './source.ts'
import { minorOf, versions } from './versions.ts'

/** A repository's server whose key is still to be read. */
export interface KeyedOrigin {
  readonly url: string
  readonly keyUrl: string
  readonly fingerprint: string
}

const minor = minorOf(versions.kubernetes.version)

export const upstreamOrigins = {
  kubernetes: {
    url: 'https://pkgs.k8s.io',
    keyUrl: `https://pkgs.k8s.io/core:/stable:/v${minor}/deb/Release.key`,
    // `isv:kubernetes OBS Project`, of all minors. Its end is moved on in place: the file changes, the fingerprint stays.
    fingerprint: 'DE15B14486CD377B9E876E1A234654DA9A296436',
  },
  docker: {
    url: 'https://download.docker.com',
    keyUrl: 'https://download.docker.com/linux/debian/gpg',
    fingerprint: '9DC858229FC7DD38854AE2D88D81803C0EBFCD88',
  },
} as const satisfies Record<string, KeyedOrigin>

/**
 * What an inventory may say of upstream, as variables under this name: for those who reach it through a copy whose keys
 * are their own.
 */
export const upstreamVars = {
  kubernetesUrl: upstreamOrigins.kubernetes.url as string,
  kubernetesKeyUrl: upstreamOrigins.kubernetes.keyUrl as string,
  kubernetesFingerprint: upstreamOrigins.kubernetes.fingerprint as string,
  dockerUrl: upstreamOrigins.docker.url as string,
  dockerKeyUrl: upstreamOrigins.docker.keyUrl as string,
  dockerFingerprint: upstreamOrigins.docker.fingerprint as string,
}

interface Origins {
  readonly kubernetes: KeyedOrigin
  readonly docker: KeyedOrigin
}

/** `given` are variables of an inventory that has been checked: all text. */
export function originsFrom(given: Partial<Record<string, Json>> = {}): Origins {
  const { kubernetesUrl, kubernetesKeyUrl, kubernetesFingerprint, dockerUrl, dockerKeyUrl, dockerFingerprint } = {
    ...upstreamVars,
    ...(given as Partial<typeof upstreamVars>),
  }
  return {
    kubernetes: { url: kubernetesUrl, keyUrl: kubernetesKeyUrl, fingerprint: kubernetesFingerprint },
    docker: { url: dockerUrl, keyUrl: dockerKeyUrl, fingerprint: dockerFingerprint },
  }
}

/** What a lab can do that does not reach upstream. */
export interface OtherWays {
  /** Its hosts can install from a mirror on this machine. */
  readonly mirror: boolean
}

/**
 * Upstream as a lab's source. Keys are read afresh on every run, for a key's end moves on while its fingerprint stays:
 * hosts that keep an old copy stop trusting the repository on the day it ends.
 */
export async function upstreamSource(signal: AbortSignal, origins: Origins, ways: OtherWays): Promise<Source> {
  const names = ['kubernetes', 'docker'] as const
  const [kubernetes, docker] = await Promise.allSettled(names.map(name => withKey(origins[name], signal)))
  if (kubernetes?.status === 'fulfilled' && docker?.status === 'fulfilled')
    return { kubernetes: kubernetes.value, docker: docker.value, mirrors: {} }
  const failed = names.flatMap((name, i) => {
    const answer = [kubernetes, docker][i]
    return answer?.status === 'rejected' ? [{ name, ...origins[name], cause: causeOf(answer.reason as Error) }] : []
  })
  throw unreadable(failed, ways)
}

const withKey = async ({ url, keyUrl, fingerprint }: KeyedOrigin, signal: AbortSignal): Promise<AptOrigin> => ({
  ...{ url, fingerprint },
  key: await pRetry(() => read(keyUrl, signal), { retries: 3, minTimeout: 200, signal }),
})

interface Unread extends KeyedOrigin {
  readonly name: keyof Origins
  readonly cause: string
}

/** Of all that are not read at once: mostly it is one reason for all. */
function unreadable(failed: readonly Unread[], { mirror }: OtherWays): AndamioError {
  const given = failed.map(({ name }) => `${name}Url: ..., ${name}KeyUrl: ...`).join(', ')
  const look = `Look whether this machine reaches it by itself (curl --noproxy '*'), for no proxy is taken`
  return new AndamioError({
    code: 'upstream-key-unreadable',
    message: `The ${failed.length > 1 ? 'keys' : 'key'} of ${failed.map(({ url }) => url).join(' and ')} cannot be read.`,
    place: failed.map(({ keyUrl }) => keyUrl).join('\n'),
    cause: [...new Set(failed.map(({ cause }) => cause))].join('; '),
    next: mirror
      ? `${look}; or use an inventory with \`source: mirror\`, which needs no internet.`
      : `${look}. Where only a copy of it is reached, give that: vars: { upstream: { ${given} } } (docs/inventory.md).`,
  })
}

async function read(url: string, signal: AbortSignal): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(15_000)]) })
  const text = await answer.text()
  if (answer.status >= 500) throw new Error(`it answered ${answer.status}`)
  if (!answer.ok) throw new AbortError(`it answered ${answer.status}`)
  if (!text.includes('BEGIN PGP PUBLIC KEY BLOCK')) throw new AbortError('what it gave is no OpenPGP key')
  return text
}

/** fetch says `fetch failed` and keeps why to itself. */
const causeOf = (error: Error): string => (error.cause instanceof Error ? error.cause.message : error.message)

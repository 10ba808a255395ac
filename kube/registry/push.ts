import pRetry from 'p-retry'
import { AndamioError } from '../../engine/errors.ts'
import type { Answer } from '../../engine/resource/resource.ts'
import type { Image } from '../images/oci-layout.ts'
import { LoginRefused } from './authorization.ts'
import { type RegistryClient, RegistryError } from './client.ts'

export interface RegistryReader {
  /** `sha256:...` of what the tag names. */
  digestOf(repository: string, tag: string): Promise<Answer<string>>
}

export interface RegistryWriter {
  push(repository: string, tag: string, image: Image): Promise<void>
}

/** A registry that was restarted a moment ago may not listen yet; a second try also finds what the first has sent. */
export const pushing = (client: RegistryClient, signal: AbortSignal): RegistryWriter => ({
  push: (repository, tag, image) =>
    pRetry(() => client.push(repository, tag, image), {
      retries: 4,
      minTimeout: 500,
      signal,
      shouldRetry: ({ error }) =>
        !(error instanceof AndamioError || error instanceof LoginRefused) &&
        !(error instanceof RegistryError && error.status < 500),
    }),
})

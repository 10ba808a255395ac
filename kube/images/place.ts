import type { ApiTarget } from '../../engine/resource/probe.ts'
import { labRegistry } from '../registry/lab-registry.ts'
import { checkAccount, type OutsideRegistry, outsideRegistry } from '../registry/outside.ts'
import type { RegistryReader, RegistryWriter } from '../registry/push.ts'
import { registry } from '../registry/target.ts'
import type { ImageContext } from './context.ts'

/** Where images of ours are pushed to, and what nodes call them then. */
export interface ImagePlace {
  /** What every name begins with: `registry.lab.internal`, `docker.io/somebody`. */
  readonly prefix: string
  /** What the registry itself calls the image of that name. */
  repositoryOf(name: string): string
  readonly target: ApiTarget<RegistryReader, RegistryWriter>
  /** What to look at where a push fails. */
  readonly hint: string
}

export const labPlace: ImagePlace = {
  prefix: labRegistry.name,
  repositoryOf: name => name,
  target: registry,
  hint: 'Look at the log on the storage host (journalctl -u docker-registry) and run again.',
}

/** The lab's own registry where none is named. Throws `registry-access` where it is, and no account. */
export function imagePlace(named: OutsideRegistry): ImagePlace {
  if (named.registry === '') return labPlace
  checkAccount(named)
  return {
    prefix: `${named.registry}/${named.account}`,
    repositoryOf: name => `${named.account}/${name}`,
    target: outsideRegistry(named),
    hint: `Look whether ${named.account} may push to ${named.registry}, and whether the password is the right one.`,
  }
}

/** Full name of an image of ours, for manifests: `registry.lab.internal/probe:0123456789abcdef`. */
export const imageReference = (
  { name, tag }: Pick<ImageContext, 'name' | 'tag'>,
  { prefix }: Pick<ImagePlace, 'prefix'> = labPlace,
): string => `${prefix}/${name}:${tag}`

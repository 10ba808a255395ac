import type { Options } from '../../engine/play/options.ts'
import type { Step } from '../../engine/play/step.ts'
import type * as Vocabulary from './vocabulary.ts'

/**
 * What a playbook performs, in order. Roles of its own are made of the words `defineRole` and `resources`; one that has
 * them in TypeScript imports them in here, where that loads, and takes a second longer to start.
 */
export type Steps = (words: typeof Vocabulary, options: Options) => readonly Step[] | Promise<readonly Step[]>

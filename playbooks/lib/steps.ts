import type { Options } from '../../engine/play/options.ts'
import type { Step } from '../../engine/play/step.ts'
import type * as Vocabulary from './vocabulary.ts'

/** What a playbook performs, in order. One with roles of its own in TypeScript imports them in here, where that loads. */
export type Steps = (words: typeof Vocabulary, options: Options) => readonly Step[] | Promise<readonly Step[]>

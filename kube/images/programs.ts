import { goProgram } from './go-program.ts'
import { nodeProgram } from './node-program.ts'
import type { ImageProgram } from './program.ts'

const kinds: readonly ImageProgram[] = [goProgram, nodeProgram]

/** What builds the program among these files of an image's folder; undefined where they are all that there is. */
export const programOf = (files: readonly string[]): ImageProgram | undefined =>
  kinds.find(({ marker }) => files.includes(marker))

// @ts-check
// Plain JavaScript: see read-arguments.mjs.
import { exitMeanings } from './option-list.mjs'

/** @import { ExitStatus } from './option-list.mjs' */

/**
 * What a program's own help leaves out: how it is called, and how it can end.
 * @param {string} called
 * @param {{ readonly examples: readonly string[], readonly exits?: readonly ExitStatus[] }} about
 */
export function teaching(called, { examples, exits = every }) {
  const shown = examples.map(example => `  ${called} ${example}`.trimEnd())
  const ends = exits.map(status => `  ${String(status).padStart(3)}  ${exitMeanings[status]}`)
  return `\nExamples:\n${shown.join('\n')}\n\nExit codes:\n${ends.join('\n')}\n`
}

const every = /** @type {ExitStatus[]} */ (Object.keys(exitMeanings).map(Number))

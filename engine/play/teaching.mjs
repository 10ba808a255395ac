// @ts-check
// Plain JavaScript: see read-arguments.mjs.
import { exitMeanings } from './option-list.mjs'
import { helpWidth } from './read-arguments.mjs'

/** @import { ExitStatus } from './option-list.mjs' */

/**
 * What a program's own help leaves out: how it is called, and how it can end.
 * @param {string} called
 * @param {{ readonly examples: readonly string[], readonly exits?: readonly ExitStatus[] }} about
 */
export function teaching(called, { examples, exits = every }) {
  const shown = examples.flatMap(example => fitted(`  ${called} ${example}`.trimEnd()))
  const ends = exits.map(status => hanging(`  ${String(status).padStart(3)}  `, exitMeanings[status]))
  return `\nExamples:\n${shown.join('\n')}\n\nExit codes:\n${ends.join('\n')}\n`
}

/**
 * A command and, behind several blanks, what it does: below it where the line is too long for both.
 * @param {string} line
 */
function fitted(line) {
  const [, command = line, words] = /^(.*?\S) {2,}(\S.*)$/.exec(line.trimStart()) ?? []
  return line.length <= helpWidth() || words === undefined ? [line] : [`  ${command}`, hanging(' '.repeat(6), words)]
}

/**
 * @param {string} start stands before the first line; the others are as far in
 * @param {string} words
 */
function hanging(start, words) {
  const lines = ['']
  for (const word of words.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trimStart()
    if (start.length + longer.length <= helpWidth()) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return start + lines.join(`\n${' '.repeat(start.length)}`)
}

const every = /** @type {ExitStatus[]} */ (Object.keys(exitMeanings).map(Number))

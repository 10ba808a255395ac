// @ts-check
// Plain JavaScript: see read-arguments.mjs.
import { exitMeanings } from './option-list.mjs'
import { helpWidth } from './read-arguments.mjs'

/** @import { ExitStatus } from './option-list.mjs' */
/** @import { OptionsFor } from './options-for.ts' */

/**
 * What a program's own help leaves out: how it is called, what its words mean, and how it can end.
 * @param {string} called
 * @param {Pick<OptionsFor, 'examples' | 'exits' | 'uses'>} about
 */
export function teaching(called, { examples = [''], exits = every, uses }) {
  const shown = examples.flatMap(example => fitted(`  ${called} ${example}`.trimEnd()))
  const ends = exits.map(status => hanging(`  ${String(status).padStart(3)}  `, exitMeanings[status]))
  return `\nExamples:\n${shown.join('\n')}\n${meanings(uses)}\nExit codes:\n${ends.join('\n')}\n`
}

/**
 * Of words that are no Ansible's, for who meets them.
 * @param {OptionsFor['uses']} uses
 */
function meanings(uses) {
  if (uses && !uses.includes('json')) return ''
  const all = [
    ...(uses && !uses.includes('check')
      ? []
      : [['assumed', 'in order by the record of the image of a host that is still to be made']]),
    ['round trip', 'a script or request to a host or API, and its answer'],
    ['MB', 'the most memory that this program took'],
  ]
  const lines = all.map(([word = '', meaning = '']) => hanging(`  ${word.padEnd(10)}  `, meaning))
  return `\nWords (more in docs/output.md):\n${lines.join('\n')}\n`
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

// @ts-check
// What a playbook imports. The product is TypeScript, whose loading takes longer than all else that `--help` does. So that
// is answered before.
import { setFlagsFromString } from 'node:v8'
import { argumentsAfter } from '../../engine/play/read-arguments.mjs'
import { readOptions } from '../../engine/play/read-options.mjs'
import { loadProgram } from './program.mjs'

/**
 * Runs a playbook as a program.
 * @param {string} name
 * @param {import('./about.ts').About} about
 * @param {import('./steps.ts').Steps} steps
 */
export async function playbook(name, about, steps) {
  // What nobody reads is no failure: `--help | head`.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  performance.mark('andamio called')
  const read = readOptions(name, argumentsAfter(`${name}.mjs`), about)
  if ('help' in read) {
    process.stdout.write(read.help)
    return
  }
  // An orchestrator waits for others: a small heap, collected more often, costs it no time that anyone would see.
  setFlagsFromString('--optimize-for-size')
  const { asProgram } = await loadProgram(process.argv.find(argument => argument.endsWith(`${name}.mjs`)) ?? '')
  performance.mark('andamio loaded')
  await asProgram(name, about, read, steps)
}

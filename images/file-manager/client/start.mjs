// @ts-check
// Plain JavaScript, for it stands before TypeScript is loaded.
import { readArguments } from './arguments.mjs'
import { wrapped } from './wrapped.mjs'

/**
 * The command from what follows its name to its exit status. Help and refusals come before `load`, which loads the rest.
 * @param {readonly string[]} argv
 * @param {() => Promise<Pick<typeof import('./program.ts'), 'program'>>} load
 */
export async function start(argv, load) {
  const read = readArguments(argv)
  if ('help' in read) process.stdout.write(read.help)
  else if ('refused' in read) {
    if (argv.includes('--json')) process.stdout.write(`${JSON.stringify({ type: 'run.end', exit: 64 })}\n`)
    const { columns = Infinity } = process.stderr
    process.stderr.write(`${wrapped(`error: ${read.refused}. ${read.next}`, columns).join('\n')}\n`)
    process.exitCode = 64
  } else {
    const { program } = await load()
    process.exitCode = await program(read)
    // A socket that is still on its way to nowhere must not hold the process when everything has been told.
    process.stdout.write('', () => process.exit())
  }
}

#!/usr/bin/env node
// @ts-check
// The file manager's client. Node 24 loads TypeScript as it is, Node 20 through tsx, whose start takes longer than all
// else that `--help` does: so that is answered before.
import { readArguments } from './arguments.mjs'

const argv = process.argv.slice(2)
const read = readArguments(argv)
if ('help' in read) process.stdout.write(read.help)
else if ('refused' in read) {
  if (argv.includes('--json')) process.stdout.write(`${JSON.stringify({ type: 'run.end', exit: 64 })}\n`)
  process.stderr.write(`error: ${read.refused}. ${read.next}\n`)
  process.exitCode = 64
} else {
  if (!Reflect.get(process.features, 'typescript')) (await import('tsx/esm/api')).register()
  const { program } = await import('./program.ts')
  process.exitCode = await program(read)
  // A socket that is still on its way to nowhere must not hold the process when everything has been told.
  process.stdout.write('', () => process.exit())
}

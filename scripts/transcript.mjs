#!/usr/bin/env zx
// Lives the life of a lab as a user does and writes down what the terminal said: docs/transcript.md.
//   npx zx scripts/transcript.mjs        needs root, and takes as long as building a lab
import { argumentsAfter } from '../engine/play/read-arguments.mjs'

if (!Reflect.get(process.features, 'typescript')) (await import('tsx/esm/api')).register()
const { transcriptProgram } = await import('./transcript-program.ts')

process.exitCode = await transcriptProgram(argumentsAfter('transcript.mjs'))

#!/usr/bin/env zx
// Builds what an offline lab needs, once, into the cache.   npx zx scripts/mirror.mjs [--source mirror|upstream] [--prune]
import { argumentsAfter } from '../engine/play/read-arguments.mjs'

if (!Reflect.get(process.features, 'typescript')) (await import('tsx/esm/api')).register()
const { mirrorProgram } = await import('./mirror-program.ts')

process.exitCode = await mirrorProgram(argumentsAfter('mirror.mjs'))

#!/usr/bin/env zx
// Builds what an offline lab needs, once, into the cache.   npx zx scripts/mirror.mjs [--source mirror|upstream] [--prune]
if (!Reflect.get(process.features, 'typescript')) (await import('tsx/esm/api')).register()
const { argumentsAfter } = await import('./program.ts')
const { mirrorProgram } = await import('./mirror-program.ts')

process.exitCode = await mirrorProgram(argumentsAfter('mirror.mjs'))

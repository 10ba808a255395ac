#!/usr/bin/env zx
// Builds what an offline lab needs, once, into the cache.   npx zx scripts/mirror.mjs [--source mirror|upstream] [--prune]
if (!Reflect.get(process.features, 'typescript')) (await import('tsx/esm/api')).register()
const { mirrorProgram } = await import('./mirror-program.ts')

process.exitCode = await mirrorProgram(
  process.argv.slice(process.argv.findIndex(argument => argument.endsWith('mirror.mjs')) + 1),
)

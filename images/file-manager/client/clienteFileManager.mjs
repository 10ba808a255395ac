#!/usr/bin/env node
// @ts-check
// The file manager's client. As one file, which is made when it is first needed; else from its sources, which Node 24
// loads as they are and Node 20 through tsx. Both take longer than all else that `--help` does: so that is answered before.
import { setFlagsFromString } from 'node:v8'
import { bundle, bundled } from './bundled.mjs'

// A program that lives for a second is over when the compiler has made it quick; on Node 20 that is a fifth of all its work.
// Later ones have no such flag.
if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=400000')

const argv = process.argv.slice(2)
const made = bundled()
if (made !== undefined) await (await import(made)).run(argv)
else {
  const { start } = await import('./start.mjs')
  await start(argv, async () => {
    const fresh = await bundle()
    if (fresh !== undefined) return import(fresh)
    if (!Reflect.get(process.features, 'typescript')) (await import('tsx/esm/api')).register()
    return import('./program.ts')
  })
}

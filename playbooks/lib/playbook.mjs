// What a playbook imports. The product is TypeScript: Node 24 loads it as it is, Node 20 through tsx.
import { setFlagsFromString } from 'node:v8'

// An orchestrator waits for others: a small heap, collected more often, costs it no time that anyone would see.
setFlagsFromString('--optimize-for-size')

if (!Reflect.get(process.features, 'typescript')) (await import('tsx/esm/api')).register()

export const { playbook } = await import('./playbook.ts')

#!/usr/bin/env zx
// A playbook for the proof of the lease: an operator who leaves files on every host.
import { playbook } from '../../playbooks/lib/playbook.mjs'

await playbook('contend', { summary: 'Leaves files on every host.', examples: [] }, async ({ play }) => {
  const { contender } = await import('./contender.ts')
  return [play('Leave files', { on: 'all', roles: [contender(process.env)] })]
})

#!/usr/bin/env zx
// A playbook for proofs on a host or two without a cluster: makes them, prepares them, installs one small package.
import { playbook } from '../../../playbooks/lib/playbook.mjs'

await playbook('prepare', { summary: 'Prepares hosts.', examples: [] }, async ({ mirror, hosts, play, roles }) => {
  const { tools } = await import('./tools.ts')
  return [
    mirror(),
    hosts(),
    play('Prepare every host', { on: 'all', roles: [roles.base] }),
    play('Install tools', { on: 'all', roles: [tools] }),
  ]
})

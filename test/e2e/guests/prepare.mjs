#!/usr/bin/env zx
// A playbook for proofs on hosts of somebody else's making: has them made, and prepares them.
import { playbook } from '../../../playbooks/lib/playbook.mjs'

await playbook('prepare', { summary: 'Prepares hosts.', examples: [] }, ({ hosts, play, roles }) => [
  hosts(),
  play('Prepare every host', { on: 'all', roles: [roles.base] }),
])

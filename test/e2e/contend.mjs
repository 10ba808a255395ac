#!/usr/bin/env zx
// A playbook for the proof of the lease: an operator who leaves files on every host.
import { playbook } from '../../playbooks/lib/playbook.mjs'

const { contender } = await import('./contender.ts')

await playbook('contend', { summary: 'Leaves files on every host.' }, ({ play }) => [
  play('Leave files', { on: 'all', roles: [contender(process.env)] }),
])

#!/usr/bin/env zx
// Looks at the running lab from outside and says, check by check, whether it is what it should be.
import { playbook } from './lib/playbook.mjs'

const about = {
  summary: 'Verifies the lab: nodes, pods, NodePorts, shared storage, and data that passes through them unharmed.',
  uses: ['inventory', 'verbose', 'json', 'junit', 'html'],
  examples: ['                    every check, with what it saw', '--junit junit.xml   also as a report for a CI'],
  exits: [0, 64, 65, 69, 70, 130],
  readOnly: true,
}

await playbook('verify', about, ({ needCluster, checks, acceptance }) => [
  needCluster(),
  checks('Verify the lab', acceptance),
])

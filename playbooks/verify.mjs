#!/usr/bin/env zx
// Looks at the running lab from outside and says, check by check, whether it is what it should be.
import { playbook } from './lib/playbook.mjs'

/** @type {import('./lib/about.ts').About} */
const about = {
  summary:
    'Verifies the lab: nodes, pods, NodePorts, shared storage, data that passes through them unharmed, and the file manager.',
  uses: ['inventory', 'yes', 'verbose', 'json', 'junit', 'html'],
  extraOptions: [
    {
      flags: '--disturb',
      help: 'also delete servers of the file manager, stop a worker and restart all; asks first, and takes a while',
    },
  ],
  examples: [
    '                    every check, with what it saw',
    '--junit junit.xml   also as a report for a CI',
    '--disturb           also what users would notice, e.g. on a lab that nobody uses yet',
  ],
  exits: [0, 64, 65, 69, 70, 75, 130],
  readOnly: true,
  actsWith: 'disturb',
}

await playbook('verify', about, ({ needCluster, confirmDisturbing, verifyLab }, { extra }) => {
  const disturb = extra.disturb === true
  return [...(disturb ? [confirmDisturbing()] : []), needCluster(), verifyLab({ disturb })]
})

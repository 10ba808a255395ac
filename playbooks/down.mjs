#!/usr/bin/env zx
// Removes the lab: its hosts, their disks, and what they shared on this machine.   npx zx playbooks/down.mjs [--yes]
import { playbook } from './lib/playbook.mjs'

/** @type {import('./lib/about.ts').About} */
const about = {
  summary: 'Removes the lab: hosts, disks, network, and everything on them. What the mirror has built is kept.',
  uses: ['inventory', 'limit', 'check', 'yes', 'forks', 'verbose', 'json', 'junit', 'html', 'execLog'],
  examples: [
    '          asks for the name of the lab first',
    '--yes     does not ask',
    '--check   what would be removed',
  ],
  exits: [0, 2, 3, 64, 70, 75, 130],
}

await playbook('down', about, ({ confirmName, noSupply, noHosts, noClients, forgetLab }) => [
  confirmName('This removes every host of the lab with all data on them.'),
  noSupply(),
  noHosts(),
  noClients(),
  forgetLab(),
])

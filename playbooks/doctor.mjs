#!/usr/bin/env zx
// Looks for what on this machine, in this inventory and on its hosts would stop an `up`.   npx zx playbooks/doctor.mjs
import { labPlays } from './lib/lab-plays.mjs'
import { playbook } from './lib/playbook.mjs'

/** @type {import('./lib/about.ts').About} */
const about = {
  summary:
    'Looks for what would stop an up: on this machine, in the inventory, on the hosts and between them. Reads only.',
  uses: ['inventory', 'source', 'forks', 'acceptNewHostKeys', 'verbose', 'json', 'junit', 'execLog'],
  examples: [
    '                      each thing with what to do about it; 0 where there is none',
    '--inventory my.yaml   of another inventory, whose hosts need not be there yet',
  ],
  exits: [0, 64, 70, 130],
  readOnly: true,
  tells: 'findings',
  patienceSeconds: 3,
}

await playbook('doctor', about, async (words, options) => [words.doctor(await labPlays(words, options))])

#!/usr/bin/env zx
// Says how the lab's hosts, nodes and pods stand, and changes nothing.
import { playbook } from './lib/playbook.mjs'

/** @type {import('./lib/about.ts').About} */
const about = {
  summary: 'Shows how hosts, nodes and pods of the lab stand, and ends with 0 only where all is well.',
  uses: ['inventory', 'json', 'verbose'],
  examples: ['                      the lab of inventory/local.yaml', '--inventory my.yaml   of another inventory'],
  exits: [0, 64, 65, 69, 70, 130],
  readOnly: true,
  patienceSeconds: 3,
}

await playbook('status', about, ({ status }) => [status()])

#!/usr/bin/env zx
// Gathers states and logs of the lab into one archive to look at or hand on; secrets are masked.
import { playbook } from './lib/playbook.mjs'

/** @type {import('./lib/about.ts').About} */
const about = {
  summary: 'Gathers states and logs of hosts, nodes and pods into one archive, secrets masked.',
  uses: ['inventory', 'json', 'verbose'],
  extraOptions: [{ flags: '--out <file>', help: 'default: andamio-LAB-diagnose.tar.gz in this folder' }],
  examples: ['                     into this folder', '--out /tmp/lab.tgz   to a file of yours, 0600'],
  exits: [0, 64, 69, 70, 130],
  readOnly: true,
  patienceSeconds: 10,
}

await playbook('diagnose', about, ({ diagnose }, { values }) => [diagnose(values.out)])

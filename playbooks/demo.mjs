#!/usr/bin/env zx
// Shows the file manager on the lab, scene by scene: what is typed, and what comes of it.
import { playbook } from './lib/playbook.mjs'

/** @type {import('./lib/about.ts').About} */
const about = {
  summary: 'Shows the file manager at work: clients, shared files, balanced servers, and one server that is replaced.',
  uses: ['inventory', 'yes', 'verbose', 'json', 'html'],
  extraOptions: [
    { flags: '--keep', help: 'leave test1.txt, test2.txt and demo.txt on the file manager' },
    { flags: '--pause', help: 'wait for Enter before each further scene' },
  ],
  examples: ['         asks before it deletes a server, then shows everything', '--yes    without asking'],
  exits: [0, 64, 65, 69, 70, 75, 130],
}

await playbook('demo', about, ({ confirmDemo, needCluster, demo }, { extra }) => [
  confirmDemo({ pause: extra.pause === true }),
  needCluster(),
  demo({ keep: extra.keep === true, pause: extra.pause === true }),
])

#!/usr/bin/env zx
// Tells what differs by now from what the inventory says, and changes nothing: for cron and CI.   npx zx playbooks/drift.mjs
import { labPlays } from './lib/lab-plays.mjs'
import { playbook } from './lib/playbook.mjs'

/** @type {import('./lib/about.ts').About} */
const about = {
  summary:
    'Tells what differs by now from what the inventory says. Reads only; ends with 0 where nothing does, else with 2.',
  uses: ['inventory', 'limit', 'source', 'forks', 'verbose', 'json', 'junit', 'html', 'execLog'],
  extraOptions: [{ flags: '-q, --quiet', help: 'say nothing where nothing differs, so that cron sends no mail' }],
  examples: [
    '                                 one line for each thing that differs, on which host and how',
    '--inventory my.yaml --quiet      from cron: a mail only where something differs, or cannot be looked at',
    '--junit drift.xml                from CI: each difference is a failure; on GitHub an annotation, too',
  ],
  exits: [0, 2, 64, 65, 69, 70, 130],
  readOnly: true,
  tells: 'drift',
  patienceSeconds: 10,
}

await playbook('drift', about, labPlays)

#!/usr/bin/env zx
// Says what labs cost, where hosts cost money.   npx zx playbooks/cost.mjs --inventory ec2
import { playbook } from './lib/playbook.mjs'

/** @type {import('./lib/about.ts').About} */
const about = {
  summary:
    'Says what this lab would cost, then what each lab in the account does: by the hour, until now, and until when.',
  uses: ['inventory', 'json', 'verbose'],
  examples: ['--inventory ec2       all labs in the account and region of this inventory'],
  exits: [0, 64, 70, 130],
  readOnly: true,
}

await playbook('cost', about, ({ cost, estimate }) => [estimate(), cost()])

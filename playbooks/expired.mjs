#!/usr/bin/env zx
// Looks for labs that are past their time and still there.   npx zx playbooks/expired.mjs --inventory ec2
import { playbook } from './lib/playbook.mjs'

/** @type {import('./lib/about.ts').About} */
const about = {
  summary: 'Lists labs in the account that are past their time and still there; ends with 0 only where there is none.',
  uses: ['inventory', 'json', 'verbose'],
  examples: ['--inventory ec2       all labs in the account and region of this inventory'],
  exits: [0, 64, 70, 130],
  readOnly: true,
}

await playbook('expired', about, ({ expired }) => [expired()])

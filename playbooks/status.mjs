#!/usr/bin/env zx
// Says how the lab's hosts, nodes and pods stand, and changes nothing.
import { playbook } from './lib/playbook.mjs'

const about = {
  summary: 'Shows how hosts, nodes and pods of the lab stand.',
  uses: ['inventory', 'json', 'verbose'],
  readOnly: true,
}

await playbook('status', about, ({ status }) => [status()])

#!/usr/bin/env zx
// Gathers states and logs of the lab into one archive to look at or hand on; secrets are masked.
import { playbook } from './lib/playbook.mjs'

const about = {
  summary: 'Gathers states and logs of hosts, nodes and pods into one archive, secrets masked.',
  uses: ['inventory', 'json', 'verbose'],
  extraOptions: [{ flags: '--out <file>', help: 'default: andamio-LAB-diagnose.tar.gz in this folder' }],
  readOnly: true,
}

await playbook('diagnose', about, ({ diagnose }, { extra }) => [diagnose(extra.out)])

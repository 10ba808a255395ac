#!/usr/bin/env zx
// Opens a shell on a host of the lab.   npx zx playbooks/ssh.mjs worker1 [-- COMMAND]
import { playbook } from './lib/playbook.mjs'

/** @type {import('./lib/about.ts').About} */
const about = {
  summary:
    "Opens a shell on a host, with the lab's own key and the host's known key, as the user who logs in; sudo is root.",
  uses: ['inventory'],
  args: [{ name: 'host', help: 'a host of the inventory' }],
  rest: {
    name: 'command',
    help: 'run there in place of a shell; as with ssh, the shell there reads its words as one line',
  },
  examples: [
    'worker1                       a shell on worker1; its exit status is that of this program',
    'worker1 -- uptime             one command, whose exit status it is; 69 where ssh itself failed',
    'worker1 -- sudo dmesg         as root; the user of local hosts is debian',
    'worker1 --inventory my.yaml   of another lab',
  ],
  exits: [0, 64, 69, 70, 130],
  readOnly: true,
  quiet: true,
}

await playbook('ssh', about, ({ login }, { args: { host = '' }, rest }) => [login(host, rest)])

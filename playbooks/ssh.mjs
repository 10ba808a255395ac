#!/usr/bin/env zx
// Opens a shell on a host of the lab.   npx zx playbooks/ssh.mjs worker1
import { playbook } from './lib/playbook.mjs'

const about = {
  summary: "Opens a shell on a host, with the lab's own key and the host's known key.",
  uses: ['inventory'],
  args: [{ name: 'host', help: 'a host of the inventory' }],
  examples: [
    'worker1                       a shell on worker1; its exit status is that of this command',
    'worker1 --inventory my.yaml   of another lab',
  ],
  exits: [0, 64, 69, 70, 130],
  readOnly: true,
  quiet: true,
}

await playbook('ssh', about, ({ login }, { args }) => [login(args.host)])

#!/usr/bin/env zx
// Opens a shell on a host of the lab.   npx zx playbooks/ssh.mjs worker1
import { playbook } from './lib/playbook.mjs'

const about = {
  summary: "Opens a shell on a host, with the lab's own key and the host's known key.",
  uses: ['inventory'],
  args: [{ name: 'host', help: 'a host of the inventory' }],
  readOnly: true,
  quiet: true,
}

await playbook('ssh', about, ({ login }, { args }) => [login(args.host)])

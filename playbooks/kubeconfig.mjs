#!/usr/bin/env zx
// Fetches the cluster's kubeconfig, 0600, with the address at which this machine reaches the API server.
import { playbook } from './lib/playbook.mjs'

/** @type {import('./lib/about.ts').About} */
const about = {
  summary: "Fetches the cluster's kubeconfig into the lab's folder, or to a file of yours.",
  uses: ['inventory', 'json', 'verbose'],
  extraOptions: [{ flags: '--out <file>', help: "where to; never over a kubeconfig that is not this lab's" }],
  examples: ['                    into the folder of the lab', '--out ~/lab.kubeconfig   to a file of yours'],
  exits: [0, 64, 65, 69, 70, 130],
  readOnly: true,
}

await playbook('kubeconfig', about, ({ kubeconfig }, { values }) => [kubeconfig(values.out)])

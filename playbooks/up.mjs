#!/usr/bin/env zx
// Builds the lab, or brings it back to what the inventory says.   npx zx playbooks/up.mjs [--check] [--inventory static]
import { labPlays } from './lib/lab-plays.mjs'
import { playbook } from './lib/playbook.mjs'

/** @type {import('./lib/about.ts').About} */
const about = {
  summary: 'Builds the lab: creates hosts, makes them a Kubernetes cluster, pushes images, applies manifests.',
  examples: [
    '                       build the lab of inventory/local.yaml on this machine',
    '--check --diff         what would change, and nothing is changed',
    '--check --out plan.json     keep that; later, --plan plan.json does it, or refuses where the world has moved since',
    "--limit workers        these hosts alone; manifests only with the control plane, images with the registry's host",
    '--inventory my.yaml    another inventory',
  ],
}

await playbook('up', about, async (words, options) => [...(await labPlays(words, options)), words.whatNow()])

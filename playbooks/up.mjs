#!/usr/bin/env zx
// Builds the lab, or brings it back to what the inventory says.   npx zx playbooks/up.mjs [--check] [--inventory static]
import { playbook } from './lib/playbook.mjs'

/** @type {import('./lib/about.ts').About} */
const about = {
  summary: 'Builds the lab: creates hosts, makes them a Kubernetes cluster, pushes images, applies manifests.',
  examples: [
    '                       build the lab of inventory/local.yaml on this machine',
    '--check --diff         what would change, and nothing is changed',
    "--limit workers        these hosts alone; manifests only with the control plane, images with the registry's host",
    '--inventory my.yaml    another inventory',
  ],
}

await playbook(
  'up',
  about,
  ({ mirror, hosts, supply, credentials, play, parallel, retire, cluster, registry, thisMachine, roles }) => [
    mirror(),
    hosts(),
    play('Prepare every host', { on: 'all', roles: [roles.base] }),
    supply(),
    parallel(
      play('Export shared storage', { on: 'storage', roles: [roles.nfsServer, roles.registry] }),
      play('Prepare the cluster nodes', {
        on: 'cluster',
        roles: [roles.containerd, roles.kubernetes, roles.nfsClient, roles.nodeImages],
      }),
    ),
    play('Start the control plane', { on: 'control-plane', roles: [roles.controlPlane] }),
    play('Connect the pods', { on: cluster, roles: [roles.flannel] }),
    play('Join the workers', { on: 'workers', roles: [roles.worker, roles.localStorage] }),
    retire(),
    play('Push images', { on: registry, roles: [roles.images] }),
    credentials(),
    play('Apply manifests in order', { on: cluster, roles: [roles.manifests] }),
    play('Let clients in', { on: thisMachine, roles: [roles.fileManager] }),
  ],
)

// @ts-check
// What the lab is made of, in order: `up` brings it about, `drift` looks whether it is still so.

/** @type {import('./steps.ts').Steps} */
export const labPlays = ({
  imageBuilder,
  mirror,
  hosts,
  supply,
  credentials,
  play,
  parallel,
  askToRetire,
  askToSpend,
  retire,
  cluster,
  registry,
  thisMachine,
  roles,
}) => [
  askToRetire(),
  askToSpend(),
  imageBuilder(),
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
  // Only then are those that leave cut off from the storage, for their pods have been at work until then.
  retire(play('Export to those that stay', { on: 'storage', roles: [roles.nfsServerNarrowed] })),
  play('Push images', { on: registry, roles: [roles.images] }),
  credentials(),
  play('Apply manifests in order', { on: cluster, roles: [roles.manifests] }),
  play('Let clients in', { on: thisMachine, roles: [roles.fileManager] }),
]

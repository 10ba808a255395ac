/** What manifests/probe puts on the cluster: three pods of images/probe on three nodes, one volume, two Services. */
export const probe = {
  namespace: 'probe',
  volume: 'probe-volume',
  claim: 'probe-claim',
  /** Service that any node forwards to any pod. */
  service: 'probe',
  /** Service that a node forwards to its own pod only. */
  localService: 'probe-local',
  nodePort: 30080,
  localNodePort: 30081,
  /** Folder of the export that its pods see. */
  folder: 'probe',
} as const

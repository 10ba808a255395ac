import { defineRole } from '../../engine/play/role.ts'
import { aptPackages } from '../../engine/resources/apt-packages.ts'

export const nfsClient = defineRole({
  name: 'nfs-client',
  summary: 'Lets a node mount NFS volumes for its pods.',
  vars: {},
  // Without its mount helper the kubelet says `bad option` and nothing more.
  resources: () => [aptPackages(['nfs-common'])],
})

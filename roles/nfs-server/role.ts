import { addressesOf, defineRole } from '../../engine/play/role.ts'
import { aptPackages } from '../../engine/resources/apt-packages.ts'
import { directory } from '../../engine/resources/directory.ts'
import { file } from '../../engine/resources/file.ts'
import { nfsExport, type OtherClients } from '../../engine/resources/nfs-export.ts'
import { systemdUnit } from '../../engine/resources/systemd-unit.ts'

export const nfsServer = defineRole({
  name: 'nfs-server',
  summary: 'Exports one directory over NFS to the nodes of the cluster.',
  vars: {
    path: '/mnt/nfs-share',
    /** Folders in it for systems that mount one of their own, so that none meets another's files. */
    folders: ['FileManagerDir'],
    /** Whoever writes, files are this user's: pods run as it, and root on a node is not root here. */
    uid: 10001,
    /** A fixed one, for firewalls: without it mountd takes another after each start. */
    mountdPort: 20048,
    nodes: addressesOf('cluster'),
  },
  resources: ({ path, folders, uid, mountdPort, nodes }, { lab }) => {
    const settings = file({ path: '/etc/nfs.conf.d/andamio.conf', content: `[mountd]\nport=${mountdPort}\n` })
    return [
      // Before the package: the server's first start is then with its right port already.
      directory({ path: '/etc/nfs.conf.d' }),
      settings,
      aptPackages(['nfs-kernel-server'], { starts: ['rpcbind', 'nfs-server', 'nfs-mountd'] }),
      directory({ path, owner: uid, mode: '0770' }),
      ...folders.map(folder => directory({ path: `${path}/${folder}`, owner: uid, mode: '0770' })),
      // Pods on nodes that leave are at work until those are drained; `narrowed` ends it then.
      nfsExport({ path, to: nodes, options: exportOptions(uid), others: lab.fact<OtherClients>('nodes that leave') }),
      systemdUnit({ name: 'rpcbind', enabled: true, running: true }),
      systemdUnit({ name: 'nfs-server', enabled: true, running: true }),
      systemdUnit({ name: 'nfs-mountd', running: true, freshAfter: [settings] }),
    ]
  },
})

/** For the run in which nodes have left, after they were drained. */
export const nfsServerNarrowed = defineRole({
  name: 'nfs-server-narrowed',
  summary: 'Takes the exported directory away from hosts that are no nodes any more.',
  vars: {},
  resources: (_, view) => {
    const { path, uid, nodes } = view.varsOf(nfsServer)
    return [nfsExport({ path, to: nodes, options: exportOptions(uid), others: 'kept until now' })]
  },
})

const exportOptions = (uid: number): readonly string[] => [
  'rw',
  'sync',
  'no_subtree_check',
  'all_squash',
  `anonuid=${uid}`,
  `anongid=${uid}`,
]

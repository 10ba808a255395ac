/**
 * The lab's own registry, on its host of the group `registry`. Two listeners over one folder: pulling needs no password and cannot
 * write, pushing needs one. The program's password file is for everything or nothing; so nodes would have to hold the
 * password that also pushes.
 */
export const labRegistry = {
  /** What images are called, `registry.lab.internal/probe:<tag>`: a name for nodes' containerd, which no DNS knows. */
  name: 'registry.lab.internal',
  group: 'registry',
  pullPort: 5000,
  pushPort: 5001,
  user: 'push',
} as const

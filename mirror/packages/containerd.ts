import { join } from 'node:path'
import { versions } from '../../kube/versions.ts'
import type { DebPackage } from '../apt/package.ts'
import { program, text } from './kubernetes.ts'

/** Docker's `containerd.io`: containerd and runc in one package, its Kubernetes side switched off, started on install. */
export async function containerdPackage(containerd: string, runc: string, codename: string): Promise<DebPackage> {
  return {
    name: 'containerd.io',
    version: `${versions.containerd.version}-1~debian.${versions.debian.version}~${codename}`,
    section: 'devel',
    homepage: 'https://containerd.io',
    summary: 'An open and reliable container runtime',
    // All programs are static; Docker's need libc6 and libseccomp2.
    depends: [],
    provides: ['containerd', 'runc'],
    conflicts: ['containerd', 'runc'],
    replaces: ['containerd', 'runc'],
    files: [
      ...['containerd', 'containerd-shim-runc-v2', 'ctr'].map(name =>
        program(`/usr/bin/${name}`, join(containerd, name)),
      ),
      program('/usr/bin/runc', join(runc, 'runc')),
      { path: '/usr/lib/systemd/system/containerd.service', mode: '0644', content: await text('containerd.service') },
      { path: '/etc/containerd/config.toml', mode: '0644', content: await text('containerd-config.toml') },
    ],
    scripts: {
      postinst: await text('containerd.postinst'),
      prerm: await text('containerd.prerm'),
      postrm: await text('containerd.postrm'),
    },
  }
}

import { imageContext } from '../../../kube/images/context.ts'
import { imageReference } from '../../../kube/images/place.ts'
import { equal, prove } from '../proof.ts'
import { address, on } from './stage.ts'

/** What the roles have made, as those who use it see it. */
export async function looks(): Promise<void> {
  await prove('the node mounts the export, and what root writes there is the pods’ user’s', async () => {
    equal(
      await on('worker1', `showmount --no-headers -e ${address}`).then(said => said.split(' ')[0]),
      '/mnt/nfs-share',
      'showmount',
    )
    equal(await on('nfs', 'rpcinfo -p | grep -c "tcp *20048 *mountd"'), '3', 'versions of mountd on port 20048')
    const mount = `mount -t nfs4 -o nfsvers=4.1 ${address}:/mnt/nfs-share /mnt; echo proof >/mnt/file; sync; umount /mnt`
    await on('worker1', mount)
    equal(
      await on('nfs', 'stat -c "%u:%g" /mnt/nfs-share/file; cat /mnt/nfs-share/file'),
      '10001:10001\nproof',
      'the file',
    )
  })

  await prove('containerd on the node pulls our image from our registry, with no password there', async () => {
    const reference = imageReference(imageContext('probe', 'linux/amd64'))
    await on('worker1', `ctr -n k8s.io images pull --hosts-dir /etc/containerd/certs.d ${reference} >&2`)
    equal(await on('worker1', `ctr -n k8s.io images ls -q name==${reference}`), reference, 'the image')
    equal(await on('worker1', 'grep -rl push: /etc/containerd || :'), '', 'files with the password’s user')
  })

  await prove('the node’s programs are those of the versions file, held, and configured as asked', async () => {
    equal(
      await on(
        'worker1',
        'containerd config dump | grep -E "SystemdCgroup|^ *sandbox =|^version|config_path = ./etc/containerd" | sort | tr -s " "',
      ),
      [
        ' SystemdCgroup = true',
        " config_path = '/etc/containerd/certs.d'",
        " sandbox = 'registry.k8s.io/pause:3.10.2'",
        'version = 4',
      ]
        .sort()
        .join('\n'),
      'what containerd reads',
    )
    equal(
      await on('worker1', 'apt-mark showhold'),
      ['containerd.io', 'kubeadm', 'kubectl', 'kubelet', 'kubernetes-cni'].join('\n'),
      'held packages',
    )
    equal(await on('worker1', 'systemctl is-enabled kubelet'), 'enabled', 'the kubelet')
  })
}

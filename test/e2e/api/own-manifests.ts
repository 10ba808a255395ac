import { manifestsOf } from '../../../kube/manifest/folders.ts'
import { podSubnet } from '../../../kube/pod-network.ts'
import { images } from '../../../kube/versions.ts'
import { equal, prove } from '../proof.ts'

import { play } from './stage.ts'

/** The manifests that the project brings. */
export async function own(): Promise<void> {
  await prove("the project's own manifests are taken as they stand, and a second time nothing changes", async () => {
    const { resources } = manifestsOf({
      lab: 'lab',
      folders: ['flannel', 'probe'],
      data: {
        ...{ images, podSubnet, apiAddress: '10.0.0.10', workers: 3 },
        ...{ image: (name: string) => name, storage: { address: '10.0.0.20', path: '/srv' } },
      },
    })
    equal((await play(resources)).length, resources.length, 'objects')
    equal(await play(resources), [], 'changes of the second time')
  })
}

// Boots a storage host and a node, foretells what the roles will change on them, plays the roles, and looks at what came
// of it: nothing changes twice, exports and images reach the node.   npm run e2e:roles   (needs root and a built mirror)
import { equal, figure, holds, proof, prove, say } from './e2e/proof.ts'
import { looks } from './e2e/roles/looks.ts'
import { boot, cleanUp, cutPower, on, play } from './e2e/roles/stage.ts'

async function steps(): Promise<void> {
  let foretold: readonly string[] = []

  await prove('two blank hosts boot', boot)

  await prove('a dry run foretells everything and leaves nothing unknown', async () => {
    const { told, unknown } = await play(true)
    equal(unknown.length, 0, 'unknown resources')
    holds(told.length > 40, `much is to change: ${told.length}`)
    foretold = told
  })

  await prove('what changes is what was foretold', async () => {
    const began = performance.now()
    const { told } = await play(false)
    figure('roles on two blank hosts', (performance.now() - began) / 1000, { atMost: 300 }, 's')
    equal(
      told.filter(change => !foretold.includes(change)),
      [],
      'changes that were not foretold',
    )
    equal(
      foretold.filter(change => !told.includes(change)),
      [],
      'foretold changes that did not come',
    )
  })

  await prove('a second run changes nothing', async () => {
    const { told, roundTrips } = await play(false)
    equal(told, [], 'changes')
    // One batch a host, and one look into the registry.
    figure('round trips', roundTrips, { atMost: 5 }, '')
  })

  await looks()

  await prove('what is broken by hand is foretold and mended, and nothing else is touched', async () => {
    await on(
      'nfs',
      'echo "# mine" >>/etc/docker/registry/pull.yml; systemctl stop nfs-server; chmod 0777 /mnt/nfs-share',
    )
    await on(
      'worker1',
      'echo "oom_score = 1" >>/etc/containerd/config.toml; rm -r /etc/containerd/certs.d/ghcr.io; apt-mark unhold kubelet >/dev/null; echo 0 >/proc/sys/net/ipv4/ip_forward',
    )
    const check = await play(true)
    const { told } = await play(false)
    equal(told, check.told, 'what was changed, against what was foretold')
    say(told.join('\n'))
    equal((await play(false)).told, [], 'changes after that')
  })

  await prove('after a power cut both hosts come back as they were', async () => {
    await cutPower()
    equal((await play(false)).told, [], 'changes')
  })
}

await proof('roles', steps, cleanUp)

import { type Check, expect } from '../../../engine/play/checks.ts'
import { quote } from '../../../engine/shell/quote.ts'
import type { Pod } from '../../../kube/api/objects.ts'
import { clusterOf } from '../cluster-reader.ts'
import { type App, podsOf } from './pods.ts'
import type { Visit } from './visit.ts'

/** Pulling one on a small host, seconds. */
const pullSeconds = 180

/** A2: every worker has the images of both programs, or pulls them when it is asked to, and then forgets them again. */
export const imagesThere = ({ run }: Visit): Check => ({
  id: 'S1-A2',
  title: 'Every worker has both images, or can pull them',
  async look() {
    const reader = await clusterOf(run)
    const apps: readonly App[] = ['broker', 'server']
    const images = await Promise.all(apps.map(async app => imageOf(app, await podsOf(reader, app))))
    const workers = run.lab.groups.get('workers') ?? []
    const told = await Promise.all(
      workers.map(async worker => {
        const { connection } = await run.session(worker)
        const stdin = `set -eu\n${images.map(haveOrPull).join('\n')}`
        const { code, stdout, stderr } = await connection.exec('sh -s', {
          stdin,
          timeoutSeconds: pullSeconds,
          signal: run.signal,
        })
        expect(code === 0, `${worker}: ${stderr.trim().split('\n').at(-1) || `status ${code}`}`)
        return `${worker} ${inWords(stdout.toString().trim().split('\n'))}`
      }),
    )
    return `${images.join(', ')}: ${told.join(', ')}`
  },
})

/** `has both`, `has the broker's and pulls the server's`. */
const inWords = ([first, second]: readonly string[]): string =>
  first === second ? `${first} both` : `${first} the broker's and ${second} the server's`

function imageOf(app: App, pods: readonly Pod[]): string {
  const [pod] = pods
  expect(pod !== undefined, `there is no pod of the ${app}`)
  const { containers } = pod.spec as unknown as { readonly containers: readonly { readonly image: string }[] }
  const [container] = containers
  expect(container !== undefined, `the pod ${pod.metadata.name} has no container`)
  return container.image
}

/** As the kubelet has it pulled: by containerd, from where its certs.d says. */
const haveOrPull = (image: string): string => {
  const name = quote(image)
  return `if ctr --namespace k8s.io images list --quiet | grep -qxF ${name}; then echo has; else
  ctr --namespace k8s.io images pull --hosts-dir /etc/containerd/certs.d ${name} >/dev/null
  ctr --namespace k8s.io images remove ${name} >/dev/null
  echo pulls
fi`
}

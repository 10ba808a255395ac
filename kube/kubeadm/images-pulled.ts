import type { HostProbe } from '../../engine/resource/probe.ts'
import { absent, present, type Resource } from '../../engine/resource/resource.ts'
import { raw, sh } from '../../engine/shell/sh.ts'

/** Image names that are on the host. */
type Pulled = readonly string[]

const metadata = '/var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db'

/**
 * Images that a node is about to run, pulled ahead so that the wait for them is seen for what it is and can run beside
 * other work. Pulled the way the kubelet does: by containerd, through the mirrors of its certs.d.
 *
 * containerd's clients are slow to start, so the probe looks for the names in containerd's metadata file. A name that
 * was there once may linger in it; then the kubelet pulls the image itself, and nothing but the view is lost.
 */
export function imagesPulled(what: string, names: readonly string[]): Resource<Pulled> {
  const probe: HostProbe<Pulled> = {
    of: 'host',
    merge: 'images-pulled',
    keys: names,
    script: keys => sh`[ -e ${metadata} ] || exit 0
for name in ${keys}; do if grep -qaF -e "$name" ${metadata}; then printf '%s\n' "$name"; fi; done`,
    parse: output => {
      const there = new Set(output.split('\n'))
      const found = names.filter(name => there.has(name))
      return found.length === 0 ? absent : present(found)
    },
  }
  const missing = (is: readonly string[]): readonly string[] => names.filter(name => !is.includes(name))
  return {
    kind: 'images-pulled',
    id: what,
    probe,
    diff: is =>
      missing(is.is === 'present' ? is.state : []).map(name => ({ attribute: name, before: null, after: 'pulled' })),
    async apply(on, is) {
      const wanted = missing(is.is === 'present' ? is.state : [])
      for (const [index, name] of wanted.entries()) {
        on.waiting(`image ${name}`, pullLimitSeconds, `${index + 1} of ${wanted.length}`)
        await on.run(sh`${raw(pull)} ${name} >/dev/null`, { what: `pull ${name}`, timeoutSeconds: pullLimitSeconds })
      }
    },
  }
}

const pullLimitSeconds = 600
const pull = 'ctr --namespace k8s.io images pull --hosts-dir /etc/containerd/certs.d'

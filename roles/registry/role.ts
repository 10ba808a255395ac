import { defineRole } from '../../engine/play/role.ts'
import { aptPackages } from '../../engine/resources/apt-packages.ts'
import { directory } from '../../engine/resources/directory.ts'
import { file } from '../../engine/resources/file.ts'
import { systemdUnit } from '../../engine/resources/systemd-unit.ts'
import { template } from '../../engine/resources/template.ts'
import type { RegistryIdentity } from '../../kube/registry/identity.ts'
import { labRegistry } from '../../kube/registry/lab-registry.ts'

const here = (name: string): URL => new URL(name, import.meta.url)
const etc = '/etc/docker/registry'
/** For the service and root: the key, and the hash of the push password. */
const secret = { mode: '0640', owner: 'root:docker-registry' }

export const registry = defineRole({
  name: 'registry',
  summary: "Runs the lab's own image registry: pulling is open to the lab, pushing takes a password, both over TLS.",
  vars: { folder: '/var/lib/docker-registry' },
  resources: ({ folder }, view) => {
    const identity = view.lab.fact<RegistryIdentity>('registry')
    const address = view.lab.addressOf(view.host)
    const settings = { folder, address, name: labRegistry.name }
    const certificate = file({ path: `${etc}/tls.crt`, content: identity.map(({ certificate }) => certificate) })
    const key = file({ path: `${etc}/tls.key`, content: identity.map(({ key }) => key), ...secret })
    const logins = file({
      path: `${etc}/htpasswd`,
      content: identity.map(({ passwordFile }) => passwordFile),
      ...secret,
    })
    const push = file({
      path: `${etc}/push.yml`,
      content: template(here('push.yml'), { ...settings, port: labRegistry.pushPort }),
    })
    const pull = file({
      path: `${etc}/pull.yml`,
      content: template(here('pull.yml'), { ...settings, port: labRegistry.pullPort }),
    })
    return [
      // The package starts a registry of its own on the port that ours pulls from; the first unit below replaces it.
      aptPackages(['docker-registry'], { starts: ['docker-registry'] }),
      directory({ path: folder, owner: 'docker-registry', mode: '0750' }),
      certificate,
      key,
      logins,
      push,
      pull,
      systemdUnit({
        name: 'docker-registry',
        unitFile: template(here('registry.service'), { folder, verb: 'push' }),
        enabled: true,
        running: true,
        freshAfter: [certificate, key, logins, push],
      }),
      systemdUnit({
        name: 'docker-registry-pull',
        unitFile: template(here('registry.service'), { folder, verb: 'pull' }),
        enabled: true,
        running: true,
        freshAfter: [certificate, key, pull],
      }),
    ]
  },
})

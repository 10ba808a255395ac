import { defineRole } from '../../engine/play/role.ts'
import { aptHold } from '../../engine/resources/apt-hold.ts'
import { aptPackages } from '../../engine/resources/apt-packages.ts'
import { aptRepository } from '../../engine/resources/apt-repository.ts'
import { assertion } from '../../engine/resources/assertion.ts'
import { directory } from '../../engine/resources/directory.ts'
import { file } from '../../engine/resources/file.ts'
import { systemdUnit } from '../../engine/resources/systemd-unit.ts'
import { both, osOf, sourceOf } from '../../kube/source.ts'
import { versions } from '../../kube/versions.ts'
import { certsFolder, containerdConfig, schemaOf } from './config.ts'
import { registries } from './registries.ts'

const { version } = versions.containerd
const configFile = '/etc/containerd/config.toml'

export const containerd = defineRole({
  name: 'containerd',
  summary: `Installs containerd ${version} with runc, configured for the kubelet and for the lab's registries.`,
  vars: {},
  resources: (_, view) => {
    const origin = sourceOf(view).map(source => source.docker)
    const os = osOf(view)
    const config = file({ path: configFile, content: containerdConfig(version) })
    // It brings a configuration that switches off what the kubelet needs, and starts with it.
    const packages = aptPackages([{ name: 'containerd.io', version: `${version}-*` }], { starts: ['containerd'] })
    const unit = systemdUnit({ name: 'containerd', enabled: true, running: true, freshAfter: [config] })
    return [
      aptRepository({
        name: 'docker',
        uri: both(origin, os, ({ url }, { id }) => `${url}/linux/${id}`),
        suite: os.map(({ codename }) => codename),
        components: ['stable'],
        key: { content: origin.map(({ key }) => key), fingerprint: origin.map(({ fingerprint }) => fingerprint) },
      }),
      packages,
      aptHold(['containerd.io']),
      directory({ path: certsFolder }),
      ...registries(view),
      config,
      unit,
      assertion({
        id: 'containerd, runc and their configuration belong together',
        script: installed,
        expect: `containerd.io ${version}: /usr/bin/containerd /usr/bin/runc, schema ${schemaOf(version)}`,
        next: 'Remove a containerd or runc that stands before the package in the PATH, then run again.',
        after: [packages, config, unit],
      }),
    ]
  },
})

/** From dpkg and the file itself: starting containerd only to ask for its version takes half a second on a small host. */
const installed = `
version=$(dpkg-query -Wf '\${Version}' containerd.io 2>/dev/null) || version=none
schema=none
if [ -e ${configFile} ]; then
  while read -r key _ value _; do if [ "$key" = version ]; then schema=$value; break; fi; done <${configFile}
fi
echo "containerd.io \${version%%-*}: $(command -v containerd || echo -) $(command -v runc || echo -), schema $schema"`

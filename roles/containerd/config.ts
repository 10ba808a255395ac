import { AndamioError } from '../../engine/errors.ts'
import type { Content } from '../../engine/resources/content.ts'
import { template } from '../../engine/resources/template.ts'
import { images, minorOf, supports } from '../../kube/versions.ts'

/** Below it a folder for each registry's name says where its images come from; read anew at every pull. */
export const certsFolder = '/etc/containerd/certs.d'

/** Schema of the configuration file that this containerd writes itself. Throws `version-unsupported`. */
export function schemaOf(version: string): number {
  const known = supports.containerdConfig as Readonly<Record<string, { readonly schema: number }>>
  const schema = known[minorOf(version)]?.schema
  if (schema !== undefined) return schema
  throw new AndamioError({
    code: 'version-unsupported',
    message: `How containerd ${version} is configured is not known.`,
    cause: `kube/versions.ts knows ${Object.keys(known).join(', ')}.`,
    next: 'Set one of these, or add what `containerd config default` of that version shows as its schema.',
  })
}

/** The configuration file for that version. Schemas 3 and 4 name alike what is set here; 2 had other names for it. */
export function containerdConfig(version: string): Content {
  const schema = schemaOf(version)
  const file = new URL(schema === 2 ? './config.v2.toml' : './config.v3.toml', import.meta.url)
  return template(file, { schema, version, sandbox: images.pause, certs: certsFolder })
}

import type { RoleView } from '../../engine/play/role.ts'
import type { TemplateData } from '../../engine/resources/template.ts'
import { Secret } from '../../engine/shell/secret.ts'
import type { FileManagerIdentity } from './identity.ts'
import { facts, fileManager } from './role.ts'
import { type Variant, variantOf } from './variants.ts'

/** On the storage host's export: where the servers' files lie. The claim of all of it is the volume's. */
export const sharedFolder = 'FileManagerDir'
/** On the node that the files of a pinned variant lie on. */
export const localFolder = '/srv/file-manager'

/** What is applied for the lab's variant, and what those files' templates name. */
export function fileManagerManifests(view: RoleView): {
  readonly folders: readonly string[]
  readonly data: TemplateData
} {
  const variant = variantOf(view.varsOf(fileManager).variant)
  if (!variant) return { folders: [], data: {} }
  return {
    folders: ['file-manager/shared', ...variant.folders],
    data: { fileManager: standing(variant, view), credentials: credentials(view) },
  }
}

/** The node that a pinned variant stands on; undefined where servers may be anywhere. */
export function pinnedNode({ pinned }: Variant, { lab }: RoleView): string | undefined {
  return pinned ? lab.hostsOf('workers')[0] : undefined
}

function standing(variant: Variant, view: RoleView) {
  const { replicas, claim, shared } = variant
  const node = pinnedNode(variant, view)
  return { replicas, claim, node, folder: localFolder, subPath: shared && sharedFolder }
}

/** As a Secret's `data` takes them. */
function credentials({ lab }: RoleView) {
  const identity = lab.fact<FileManagerIdentity>(facts.identity)
  const encoded = (text: string): string => Buffer.from(text).toString('base64')
  const hidden = (secret: Secret): Secret => new Secret(encoded(secret.reveal()))
  return {
    certificate: identity.map(({ certificate }) => encoded(certificate)),
    key: identity.map(({ key }) => hidden(key)),
    ca: identity.map(({ ca }) => encoded(ca)),
    clientToken: identity.map(({ clientToken }) => hidden(clientToken)),
    serverToken: identity.map(({ serverToken }) => hidden(serverToken)),
  }
}

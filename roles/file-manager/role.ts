import { join } from 'node:path'
import { configFolder, configsFolder } from '../../engine/play/folders.ts'
import { defineRole, type RoleView } from '../../engine/play/role.ts'
import { Late } from '../../engine/resource/late.ts'
import { operatorFile, operatorFileAbsent } from '../../engine/resources/operator-file.ts'
import { Secret } from '../../engine/shell/secret.ts'
import { type FileManagerIdentity, verifiedName } from './identity.ts'
import { variantOf } from './variants.ts'

/** What the lab's credentials step tells: a `FileManagerIdentity`, and every address of a node that a client may dial. */
export const facts = { identity: 'credentials of the file manager', nodes: 'addresses of nodes' } as const

/** Where a client finds how to enter a lab's file manager. */
export const clientFile = (lab: string): string => join(configFolder(lab), 'file-manager.json')

/** No way in for clients of this machine, and no folder that was made for it. */
export const noClientFile = (lab: string) => operatorFileAbsent(clientFile(lab), [configsFolder()])

export const fileManager = defineRole({
  name: 'file-manager',
  summary: 'Gives clients on this machine what they need to enter the file manager, where the lab has one.',
  vars: {
    /** `none`, `basic`, `advanced1` or `advanced2`; also what the roles images and manifests go by. */
    variant: 'none',
  },
  resources: ({ variant }, view) => (variantOf(variant) ? [clientAccess(view)] : [noClientFile(view.lab.name)]),
})

function clientAccess({ lab }: RoleView) {
  const identity = lab.fact<FileManagerIdentity>(facts.identity)
  const nodes = lab.fact<readonly string[]>(facts.nodes)
  const content = new Late(`${facts.identity}, ${facts.nodes}`, () => {
    const [{ ca, clientToken } = {}, addresses] = [identity.value, nodes.value]
    if (ca === undefined || clientToken === undefined || addresses === undefined) return undefined
    const access = {
      lab: lab.name,
      name: verifiedName,
      nodes: addresses,
      ca,
      token: clientToken.reveal(),
      plainText: false,
    }
    return new Secret(`${JSON.stringify(access, undefined, 2)}\n`)
  })
  return operatorFile(clientFile(lab.name), content)
}

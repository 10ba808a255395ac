import type { LabHosts } from '../../engine/inventory/lab.ts'
import type { RefuseHost } from '../../engine/inventory/parse.ts'
import type { Step } from '../../engine/play/step.ts'
import { didYouMean } from '../../engine/suggest.ts'
import { controlPlaneGroup } from '../../kube/api/cluster.ts'
import { variantNames, variantOf } from '../../roles/file-manager/variants.ts'
import * as roles from './roles.ts'

/** The manifests' folder whose volume lies on the storage host. */
const folderOfStorage = 'probe'

/**
 * What a lab must have for the roles that a playbook gives: a plan without it could not be carried out. Playbooks that
 * build nothing take every inventory, so that a lab that has become impossible can still be looked at and removed.
 */
export function labNeeds(steps: readonly Step[]): (lab: LabHosts, refuse: RefuseHost) => void {
  const played = new Set(steps.flatMap(step => step.roles).map(({ name }) => name))
  return (lab, refuse) => {
    const inGroup = (group: string) => lab.groups.get(group) ?? []
    if (played.has(roles.controlPlane.name)) {
      const [first, second] = inGroup(controlPlaneGroup)
      if (first === undefined)
        refuse(
          undefined,
          `no host is in the group ${controlPlaneGroup}`,
          `give one host { groups: [${controlPlaneGroup}] }`,
        )
      if (second !== undefined)
        refuse(
          second,
          `is a second control plane beside ${first}`,
          `a cluster has one here: put ${second} into workers`,
        )
    }
    if (played.has(roles.kubernetes.name)) {
      const nodes = new Set([...inGroup(controlPlaneGroup), ...inGroup('workers')])
      const outside = [...nodes].filter(node => !inGroup('cluster').includes(node))
      const [node] = outside
      if (node !== undefined)
        refuse(
          node,
          `what makes a node is installed on the group cluster, without ${outside.join(', ')}`,
          `add under groups: cluster: { children: [${controlPlaneGroup}, workers] }`,
        )
    }
    const { names, registry } = { ...roles.images.vars, ...lab.vars[roles.images.name] }
    const pushed = Array.isArray(names) && names.length > 0 && registry === ''
    if (played.has(roles.images.name) && pushed && inGroup('registry').length === 0)
      refuse(
        undefined,
        'no host is in the group registry',
        `give one host { groups: [registry] }, for the images ${names.join(', ')} are pushed there`,
      )
    const folders = lab.vars[roles.manifests.name]?.folders ?? roles.manifests.vars.folders
    const users = [
      ...(Array.isArray(folders) && folders.includes(folderOfStorage) ? [`the manifests ${folderOfStorage}`] : []),
      ...(played.has(roles.manifests.name) && fileManagerNeeds(lab, refuse) ? ['the file manager'] : []),
    ]
    if (played.has(roles.manifests.name) && users.length > 0) storageNeeds(lab, refuse, users)
  }
}

/** Whether its files are to lie on the storage host. */
function fileManagerNeeds({ vars, groups }: LabHosts, refuse: RefuseHost): boolean {
  const { name, vars: defaults } = roles.fileManager
  const variant = vars[name]?.variant ?? defaults.variant
  // What is no text is refused as every variable of another kind is.
  if (typeof variant !== 'string') return false
  if (!variantNames.includes(variant)) {
    refuse(
      ['vars', name, 'variant'],
      `the file manager has no variant ${variant}`,
      didYouMean(variant, variantNames, 'there are'),
    )
    return false
  }
  const chosen = variantOf(variant)
  if (chosen && (groups.get('workers') ?? []).length === 0)
    refuse(
      undefined,
      'no host is in the group workers',
      'give one host { groups: [workers] }: the file manager runs there',
    )
  return chosen?.shared ?? false
}

function storageNeeds(lab: LabHosts, refuse: RefuseHost, users: readonly string[]): void {
  const [storage] = lab.groups.get('storage') ?? []
  if (storage === undefined) {
    const hint = `give one host { groups: [storage] }: the data of ${users.join(' and ')} lie there`
    refuse(undefined, 'no host is in the group storage', hint)
    return
  }
  const host = lab.hosts.find(({ name }) => name === storage)
  const exported = host?.vars[roles.nfsServer.name]?.path ?? roles.nfsServer.vars.path
  const mounted = lab.vars[roles.manifests.name]?.storagePath ?? roles.manifests.vars.storagePath
  if (typeof mounted === 'string' && `${mounted}/`.startsWith(`${exported}/`)) return
  refuse(
    storage,
    `exports ${exported}, and pods are to mount ${mounted} of it`,
    `set vars: { manifests: { storagePath: ${exported} } }`,
  )
}

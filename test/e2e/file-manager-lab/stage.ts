import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { type Access, findAccess } from '../../../images/file-manager/client/access.ts'
import { equal } from '../proof.ts'
import { changedIds, type PlaybookResult, project, runPlaybook } from '../run-playbook.ts'
import { SmallLab } from '../small-lab.ts'

const kubectl = 'kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=60s'

type Inventory = Readonly<Record<string, object>>

/** A lab of five hosts with the file manager, and somebody who uses it. */
export class Stage {
  readonly lab: SmallLab
  /** For programs that use the lab: what they find of it, and nothing of the user's own. */
  readonly env: { readonly XDG_CONFIG_HOME: string; readonly XDG_STATE_HOME: string }
  readonly #builtin: Inventory
  readonly #kept: boolean

  private constructor(lab: SmallLab, builtin: Inventory, configHome: string, kept: boolean) {
    this.lab = lab
    this.env = { XDG_CONFIG_HOME: configHome, XDG_STATE_HOME: join(lab.folder, 'state') }
    this.#builtin = builtin
    this.#kept = kept
  }

  /** `folder` keeps it, to go on with it later. */
  static async make(name: string, folder: string | undefined): Promise<Stage> {
    const builtin = parse(await readFile(join(project, 'inventory', 'local.yaml'), 'utf8')) as Inventory
    const configHome = folder ? join(folder, 'config') : await mkdtemp(join(tmpdir(), 'andamio-config-'))
    const lab = await SmallLab.make({ name, folder, env: { XDG_CONFIG_HOME: configHome } })
    const stage = new Stage(lab, builtin, configHome, folder !== undefined)
    await stage.choose('advanced2')
    return stage
  }

  /** The built-in inventory with this variant of the file manager. */
  async choose(variant: string): Promise<void> {
    const vars = { ...this.#builtin.vars, 'file-manager': { variant } }
    await this.lab.rewrite({ ...this.#builtin, lab: this.lab.name, vars })
  }

  /** Brings the lab to what was chosen. */
  async up(): Promise<PlaybookResult> {
    const result = await this.lab.up()
    equal(result.exit, 0, 'exit status of up')
    return result
  }

  /** What a further `up` changes. */
  async changes(): Promise<readonly string[]> {
    return changedIds(await this.up())
  }

  verify(...args: readonly string[]): Promise<PlaybookResult> {
    return runPlaybook('verify', ['--inventory', this.lab.inventory, ...args], this.env)
  }

  get access(): Access {
    return findAccess('', { lab: this.lab.name }, this.env, () => undefined)
  }

  /** Addresses of the workers, in the order of their names. */
  async workers(): Promise<readonly string[]> {
    const path = '{range .items[*]}{.status.addresses[?(@.type=="InternalIP")].address}{"\\n"}{end}'
    const nodes = await this.kubectl(
      `get nodes --selector '!node-role.kubernetes.io/control-plane' -o jsonpath='${path}'`,
    )
    return nodes.trim().split('\n')
  }

  /** On the control plane, as an operator would. */
  kubectl(words: string): Promise<string> {
    return this.lab.on('cp', `${kubectl} ${words}`)
  }

  async objects(words: string): Promise<readonly KubeObject[]> {
    return JSON.parse(await this.kubectl(`get ${words} -o json`)).items
  }

  /** Where the servers' files are, on the storage host: `sha256  name`, a line each. */
  stored(names: string): Promise<string> {
    return this.lab.on('nfs', `cd /mnt/nfs-share/FileManagerDir && sha256sum -- ${names}`)
  }

  async remove(names: string): Promise<void> {
    await this.lab.on('nfs', `cd /mnt/nfs-share/FileManagerDir && rm -f -- ${names}`)
  }

  async end(): Promise<void> {
    await this.lab.end()
    if (!this.#kept) await rm(this.env.XDG_CONFIG_HOME, { recursive: true, force: true })
  }
}

export interface KubeObject {
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly deletionTimestamp?: string
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[]
  }
  readonly spec?: { readonly nodeName?: string }
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}

export const isReady = ({ metadata, status }: KubeObject): boolean =>
  metadata.deletionTimestamp === undefined &&
  (status?.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True')

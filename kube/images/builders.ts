import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { askTool, runTool } from './tool.ts'

/** What a builder is to make. */
export interface BuildOrder {
  readonly name: string
  readonly tag: string
  readonly platform: string
  /** Prepared build context. */
  readonly context: string
  /** Empty folder for what is in the way of building; removed afterwards. */
  readonly scratch: string
  /** Folder to be made: an OCI image layout. */
  readonly into: string
}

export interface Builder {
  readonly program: 'docker' | 'podman' | 'buildah'
  /** Why it cannot be used on this machine; undefined when it can. */
  whyNot(): Promise<string | undefined>
  build(order: BuildOrder): Promise<void>
}

const quick = { timeoutSeconds: 20 }
const patient = { timeoutSeconds: 1800 }

/** Builds in the daemon's store under a name of ours, takes the image out, and takes the name away again. */
const docker: Builder = {
  program: 'docker',
  async whyNot() {
    // The client alone is often there; only the server's answer shows a daemon.
    const answer = await askTool('docker', ['version', '--format', '{{.Server.Version}}'], quick)
    if (answer.code !== 0) return lastLine(answer.stderr)
    const major = Number.parseInt(answer.stdout, 10)
    return major >= 25 ? undefined : `version ${answer.stdout.trim()} cannot save an OCI layout, 25 can`
  },
  async build({ name, tag, platform, context, scratch, into }) {
    const image = `andamio-build/${name}:${tag}`
    const archive = join(scratch, 'image.tar')
    const env = { BUILDX_NO_DEFAULT_ATTESTATIONS: '1' }
    await runTool('docker', ['build', '--quiet', '--platform', platform, '--tag', image, context], { ...patient, env })
    await takeOut('docker', ['save', '--output', archive, image], image)
    await mkdir(into)
    await runTool('tar', ['-xf', archive, '-C', into], patient)
  },
}

const podman: Builder = {
  program: 'podman',
  async whyNot() {
    const answer = await askTool('podman', ['info', '--format', '{{.Store.GraphDriverName}}'], quick)
    return answer.code === 0 ? undefined : lastLine(answer.stderr)
  },
  async build({ name, tag, platform, context, into }) {
    const image = `localhost/andamio-build/${name}:${tag}`
    await runTool('podman', ['build', '--quiet', '--platform', platform, '--tag', image, context], patient)
    await takeOut('podman', ['save', '--format', 'oci-dir', '--output', into, image], image)
  },
}

/** Needs neither a daemon nor user namespaces this way, and keeps its store in the scratch folder. */
const buildah: Builder = {
  program: 'buildah',
  async whyNot() {
    const answer = await askTool('buildah', ['version'], quick)
    return answer.code === 0 ? undefined : lastLine(answer.stderr)
  },
  async build({ name, tag, platform, context, scratch, into }) {
    const image = `localhost/andamio-build/${name}:${tag}`
    const store = ['--root', join(scratch, 'store'), '--runroot', join(scratch, 'run'), '--storage-driver', 'vfs']
    const options = { ...patient, env: { BUILDAH_ISOLATION: 'chroot' } }
    // A layer each instruction, as the others do: images that begin alike then share what they begin with.
    const bud = ['bud', '--layers', '--quiet', '--platform', platform, '--tag', image, context]
    await runTool('buildah', [...store, ...bud], options)
    await runTool('buildah', [...store, 'push', '--quiet', image, `oci:${into}`], options)
  },
}

export const builders: readonly Builder[] = [docker, podman, buildah]

/** Saves an image, and takes its name away whatever comes of it. What fails first is what is told. */
async function takeOut(program: string, save: readonly string[], image: string): Promise<void> {
  const remove = ['image', 'rm', image]
  try {
    await runTool(program, save, patient)
  } catch (error) {
    await askTool(program, remove, quick)
    throw error
  }
  await runTool(program, remove, quick)
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? 'it said nothing'

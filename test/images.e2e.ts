// Builds the probe's image with what this machine has, pushes it to a real registry that runs by the role's own
// configuration files, and looks at what came of it.   npm run e2e:images   (needs root and Go)
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { cacheFolder } from '../engine/play/folders.ts'
import type { Emit } from '../engine/report/events.ts'
import { present } from '../engine/resource/resource.ts'
import { template } from '../engine/resources/template.ts'
import { imageContext } from '../kube/images/context.ts'
import { image } from '../kube/images/image.ts'
import { askTool, runTool } from '../kube/images/tool.ts'
import { RegistryClient } from '../kube/registry/client.ts'
import { openRegistryIdentity, type RegistryIdentity } from '../kube/registry/identity.ts'
import { labRegistry } from '../kube/registry/lab-registry.ts'
import { registry } from '../kube/registry/target.ts'
import { mirrorArtifacts } from '../mirror/artifacts.ts'
import { buildMirror } from '../mirror/build-mirror.ts'
import { registryProgram } from '../mirror/registry-program.ts'
import { needImageBuilder } from './e2e/image-builder.ts'
import { equal, figure, holds, proof, prove, say } from './e2e/proof.ts'
import { project } from './e2e/run-playbook.ts'

const address = '127.0.0.1'
const context = imageContext('probe', 'linux/amd64')
const wish = image(context)
const reach = {
  lab: 'proof',
  hostsOf: () => ['nfs'],
  addressOf: () => address,
  readOn: async () => present('there\n'),
  takesPart: () => true,
  tunnelTo: () => undefined,
  mayWrite: async () => undefined,
  waiting: () => undefined,
  signal: new AbortController().signal,
}
const running: ReturnType<typeof spawn>[] = []
let folder = ''
let identity: RegistryIdentity

async function steps(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'andamio-images-'))

  await prove('the probe passes its own tests', async () => {
    await runTool('go', ['test', './...'], { cwd: join(project, 'images/probe'), timeoutSeconds: 300 })
  })

  await prove('the registry serves by the role’s files', async () => {
    identity = await openRegistryIdentity(folder, 'proof', address)
    const emit: Emit = event => event.type === 'notice' && say(event.text)
    await buildMirror({ cacheFolder: cacheFolder(), signal: reach.signal, emit }, [registryProgram])
    await needImageBuilder()
    await mkdir(join(folder, 'store'))
    await writeFile(join(folder, 'tls.crt'), identity.certificate)
    await writeFile(join(folder, 'tls.key'), identity.key.reveal(), { mode: 0o600 })
    await writeFile(join(folder, 'htpasswd'), identity.passwordFile.reveal(), { mode: 0o600 })
    await serve('pull', labRegistry.pullPort)
    await serve('push', labRegistry.pushPort)
  })

  await prove('an image that is not there is absent, and one push makes it present', async () => {
    const session = await open()
    equal(await look(session.reader), 'absent', 'the tag before')
    const began = performance.now()
    await wish.apply(session.writerFor('registry'), { is: 'absent' })
    figure('build and push of the probe', (performance.now() - began) / 1000, { atMost: 120 }, 's')
    equal(await look(session.reader), 'present', 'the tag after')
    await session.close()
  })

  await prove('building again gives the same layers', async () => {
    const before = await manifestLayers()
    const session = await open()
    await wish.apply(session.writerFor('registry'), { is: 'absent' })
    await session.close()
    equal(await manifestLayers(), before, 'the layers')
  })

  await prove('the image holds the probe alone, static, run by nobody’s user', async () => {
    const manifest = await get(`manifests/${context.tag}`)
    const config = JSON.parse((await get(`blobs/${JSON.parse(manifest).config.digest}`)).toString())
    equal(config.config.User, '10001:10001', 'the user')
    equal(config.config.Entrypoint, ['/probe'], 'the entry point')
    equal(config.rootfs.diff_ids.length, 1, 'the number of layers')
  })

  await prove('the pull side takes nothing, the push side nothing without the password', async () => {
    const place = { address, name: labRegistry.name, ca: identity.ca }
    const content = await readFile(join(project, 'package.json'))
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`
    const blobs = [{ digest, bytes: content.length, file: join(project, 'package.json') }]
    const stranger = { manifest: { mediaType: 'x', content, digest }, blobs }
    const statusOf = (port: number) =>
      new RegistryClient({ ...place, port }).push('probe', 'x', stranger).then(
        () => 200,
        error => error.status,
      )
    equal(await statusOf(labRegistry.pullPort), 405, 'a push to the pull side')
    equal(await statusOf(labRegistry.pushPort), 401, 'a push without the password')
  })

  await prove('a registry with another certificate is not spoken to', async () => {
    const other = await openRegistryIdentity(join(folder, 'other'), 'other', address)
    const client = new RegistryClient({ address, port: labRegistry.pullPort, name: labRegistry.name, ca: other.ca })
    const said = await client.digestOf('probe', context.tag).catch(error => (error as Error).message)
    holds(typeof said === 'string' && /unable to|self-signed|certificate/.test(said), `it is refused, not ${said}`)
  })
}

async function open() {
  const session = await registry.open({ ...reach, stateFolder: folder })
  if (session.is !== 'present') throw new Error(`the registry is ${session.is}`)
  return session.state
}

async function look(reader: Awaited<ReturnType<typeof open>>['reader']): Promise<string> {
  if (wish.probe.of !== 'api') throw new Error('an image is asked of its registry')
  return (await wish.probe.read(reader)).is
}

/** The role's template, with this folder for the host's own. */
async function serve(verb: 'push' | 'pull', port: number): Promise<void> {
  const data = { folder: join(folder, 'store'), address, port, name: labRegistry.name }
  const text = template(join(project, `roles/registry/${verb}.yml`), data) as string
  await writeFile(join(folder, `${verb}.yml`), text.replaceAll('/etc/docker/registry', folder))
  const program = (await mirrorArtifacts(cacheFolder())).registryProgram
  const child = spawn(program, ['serve', join(folder, `${verb}.yml`)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  running.push(child)
  let said = ''
  child.stderr?.on('data', text => {
    said += String(text)
  })
  child.on('error', error => {
    said += error.message
  })
  const limit = Date.now() + 20_000
  while (Date.now() < limit && child.exitCode === null) {
    const answer = await curl(['-o', '/dev/null', '-w', '%{http_code}', `https://${address}:${port}/v2/`])
    if (answer.stdout.toString() === (verb === 'push' ? '401' : '200')) return
    await pause(100)
  }
  throw new Error(`the registry that is to ${verb} did not answer within 20 s: ${said}`)
}

const curl = (args: readonly string[]) =>
  askTool('curl', ['-s', '--cacert', join(folder, 'pki/ca.crt'), ...args], { timeoutSeconds: 20 })

async function get(path: string): Promise<string> {
  const accept = 'Accept: application/vnd.oci.image.manifest.v1+json'
  const url = `https://${address}:${labRegistry.pullPort}/v2/probe/${path}`
  const { code, stdout, stderr } = await curl(['-f', '-H', accept, url])
  if (code !== 0) throw new Error(`${url}: ${stderr || `curl ended with ${code}`}`)
  return stdout
}

const manifestLayers = async (): Promise<readonly string[]> =>
  JSON.parse(await get(`manifests/${context.tag}`)).layers.map(({ digest }: { digest: string }) => digest)

await proof('images', steps, async () => {
  for (const child of running) child.kill()
  await rm(folder, { recursive: true, force: true })
})

// Builds the file manager's images with what this machine has, pushes them to a real registry that is not the lab's and
// takes tokens as Docker Hub does, and runs what came of it: no user's, on a root that nobody can write.
//   npm run e2e:file-manager-images   (needs root)
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheFolder } from '../engine/play/folders.ts'
import type { Emit } from '../engine/report/events.ts'
import type { Reach } from '../engine/resource/probe.ts'
import { imageContext } from '../kube/images/context.ts'
import { image } from '../kube/images/image.ts'
import { imagePlace } from '../kube/images/place.ts'
import type { RegistryReader } from '../kube/registry/push.ts'
import { mirrorArtifacts } from '../mirror/artifacts.ts'
import { buildMirror } from '../mirror/build-mirror.ts'
import { registryProgram } from '../mirror/registry-program.ts'
import { openFileManagerIdentity } from '../roles/file-manager/identity.ts'
import { needImageBuilder } from './e2e/image-builder.ts'
import { startTokenRegistry, type TokenRegistry } from './e2e/outside/token-registry.ts'
import { type StoredImage, storedImage, unpack } from './e2e/outside/unpacked.ts'
import { equal, figure, holds, proof, prove, say } from './e2e/proof.ts'

const account = 'somebody'
const signal = new AbortController().signal
const contexts = ['broker', 'server'].map(name => imageContext(`file-manager/${name}`, 'linux/amd64'))
const running: ChildProcess[] = []
let folder = ''
let registry: TokenRegistry
const stored = new Map<string, StoredImage>()

async function steps(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'andamio-file-manager-'))
  const passwordFile = join(folder, 'password')

  await prove('a registry of somebody else’s is there', async () => {
    const emit: Emit = event => event.type === 'notice' && say(event.text)
    await buildMirror({ cacheFolder: cacheFolder(), signal, emit }, [registryProgram])
    await needImageBuilder()
    const program = (await mirrorArtifacts(cacheFolder())).registryProgram
    await writeFile(passwordFile, 'a password\n', { mode: 0o600 })
    registry = await startTokenRegistry(program, folder, account, 'a password')
  })

  for (const context of contexts) {
    await prove(`${context.name} is pushed under the account, and is there then`, async () => {
      const place = imagePlace({ registry: registry.name, account, passwordFile, caFile: registry.caFile })
      const wish = image(context, place)
      equal(wish.id, `${registry.name}/${account}/${context.name}`, 'the name')
      const session = await place.target.open({ mayWrite: async () => undefined, signal } as Partial<Reach> as Reach)
      if (session.is !== 'present') throw new Error(`the registry is ${session.is}`)
      const { reader, writerFor, close } = session.state
      equal((await look(wish, reader)).is, 'absent', 'the tag before')
      const began = performance.now()
      await wish.apply(writerFor('registry'), { is: 'absent' })
      figure(`build and push of ${context.name}`, (performance.now() - began) / 1000, { atMost: 180 }, 's')
      equal(await look(wish, reader), { is: 'present', state: { tag: context.tag } }, 'the tag after')
      await close()
      stored.set(context.name, await storedImage(registry.store, `${account}/${context.name}`, context.tag))
      equal(
        [...new Set(registry.given)],
        [...stored.keys()].map(name => `${account}: repository:${account}/${name}:pull,push`),
        'tokens',
      )
    })
  }

  await prove('they are small, begin alike, and start as they are to', async () => {
    const [broker, server] = [of('broker'), of('server')]
    for (const [name, { layers }] of stored)
      figure(`size of ${name}`, layers.reduce((sum, { size }) => sum + size, 0) / 1e6, { atMost: 60 }, 'MB')
    equal(broker.layers[0], server.layers[0], 'the first layer')
    equal([broker.config.User, server.config.User], ['10001:10001', '10001:10001'], 'users')
    equal([broker.config.ExposedPorts, server.config.ExposedPorts], [{ '32002/tcp': {} }, { '32001/tcp': {} }], 'ports')
    equal(broker.config.Cmd, ['/usr/bin/node', '/app/broker.mjs'], "the broker's command")
    const entry = ['/usr/bin/node', '/app/server.mjs', '--health-listen', '32003']
    equal(server.config.Entrypoint, entry, "the server's entry point")
  })

  await prove('both run on a root that nobody can write, and find each other', async () => {
    const broker = await start('broker', of('broker').config.Cmd ?? [], ['--listen', '127.77.14.1:32002'])
    await saying(broker, /listening on .*32002/)
    const server = await start('server', of('server').config.Entrypoint ?? [], [
      '127.77.14.1',
      '--listen',
      '127.77.14.1:32001',
    ])
    await saying(server, /registered at the broker/)
    const files = await stat(join(folder, 'server/app/FileManagerDir'))
    equal([files.uid, files.gid], [10001, 10001], "owner of the server's folder")
  })

  await prove('a password that is wrong pushes nothing, and is not told', async () => {
    await writeFile(passwordFile, 'another password\n')
    const place = imagePlace({ registry: registry.name, account, passwordFile, caFile: registry.caFile })
    const session = await place.target.open({ mayWrite: async () => undefined, signal } as Partial<Reach> as Reach)
    if (session.is !== 'present') throw new Error(`the registry is ${session.is}`)
    const [context] = contexts
    if (!context) throw new Error('there is no image')
    const answer = JSON.stringify(await look(image(context, place), session.state.reader))
    await session.state.close()
    holds(answer.includes('"unknown"') && answer.includes('401'), 'it is told as unknown, with the status')
    holds(!answer.includes('another password'), 'the password is not in it')
  })
}

const of = (name: string): StoredImage => {
  const found = stored.get(`file-manager-${name}`)
  if (!found) throw new Error(`${name} is not there`)
  return found
}

async function look(wish: ReturnType<typeof image>, reader: RegistryReader) {
  if (wish.probe.of !== 'api') throw new Error('an image is asked of its registry')
  return wish.probe.read(reader)
}

/** A root from the image's layers, with what the kubelet adds; read-only but for the server's folder. */
async function start(name: string, command: readonly string[], args: readonly string[]): Promise<ChildProcess> {
  const root = join(folder, name)
  await mkdir(root)
  await unpack(registry.store, of(name), root)
  await mkdir(join(root, 'etc/file-manager'), { recursive: true })
  await writeFile(join(root, 'etc/hosts'), '127.77.14.1 localhost\n')
  const identity = await openFileManagerIdentity(folder, 'outside')
  const files = {
    ...{ 'tls.crt': identity.certificate, 'tls.key': identity.key.reveal(), 'ca.crt': identity.ca },
    ...{ 'client-token': identity.clientToken.reveal(), 'server-token': identity.serverToken.reveal() },
  }
  for (const [file, text] of Object.entries(files)) await writeFile(join(root, 'etc/file-manager', file), text)
  const data = join(folder, `${name}-data`)
  await mkdir(data)
  const script = `
    mount --bind "$1" "$1" && mount -o remount,ro,bind "$1"
    [ ! -d "$1/app/FileManagerDir" ] || { chown 10001:10001 "$2"; mount --bind "$2" "$1/app/FileManagerDir"; }
    root=$1; shift 2; exec chroot --userspec=10001:10001 --groups= "$root" "$@"`
  const child = spawn('unshare', ['--mount', 'sh', '-ec', script, 'sh', root, data, ...command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.push(child)
  return child
}

/** Waits for a line of its log. */
async function saying(child: ChildProcess, line: RegExp): Promise<void> {
  let said = ''
  await new Promise<void>((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`it did not say ${line} within 30 s: ${said}`)), 30_000)
    const heard = (text: unknown) => {
      said += String(text)
      if (!line.test(said)) return
      clearTimeout(limit)
      resolve()
    }
    child.stdout?.on('data', heard)
    child.stderr?.on('data', heard)
    child.once('exit', code => reject(new Error(`it ended with ${code}: ${said}`)))
  })
}

await proof('the file manager’s images', steps, async () => {
  for (const child of running) child.kill()
  registry?.stop()
  await rm(folder, { recursive: true, force: true })
})

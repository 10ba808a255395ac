// Builds the mirror (only what is missing), serves it, and reads it with the tools that hosts use: the real apt, and a
// client that checks every digest. Then does to its builds what nobody should: kills them.   npm run e2e:mirror   (root)
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { openAuthority } from '../engine/pki/authority.ts'
import { cacheFolder } from '../engine/play/folders.ts'
import { images, versions } from '../kube/versions.ts'
import { buildMirror, stepsToBuild } from '../mirror/build-mirror.ts'
import { digestOf, partsOf } from '../mirror/images/image.ts'
import { mirrorState, type ServeOptions, startMirror, stopMirror } from '../mirror/serve.ts'
import { mirrorSource } from '../mirror/source.ts'
import { isBuilt } from '../mirror/step-key.ts'
import { mirrorSteps } from '../mirror/steps.ts'
import { equal, figure, holds, proof, prove, say } from './e2e/proof.ts'
import { project } from './e2e/run-playbook.ts'

const run = promisify(execFile)
const signal = new AbortController().signal
const address = '127.0.0.40'
/** Steps that are built in seconds, for the kills: each uses other tools (apt, gcc, gpg). */
const quickSteps = ['pause', 'apt-keys', 'registry-program', 'image-programs']
const kills = 8
let folder = ''
let options: ServeOptions

async function steps(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'andamio-mirror-'))
  options = {
    address,
    stateFolder: folder,
    cacheFolder: cacheFolder(),
    authority: await openAuthority(folder, 'proof'),
  }

  await prove('what is missing is built, and a second call does nothing', async () => {
    await buildMirror({ cacheFolder: cacheFolder(), signal, emit: event => event.type === 'notice' && say(event.text) })
    equal(await stepsToBuild(cacheFolder()), [], 'steps still to build')
    const begun = performance.now()
    await run('npx', ['zx', 'scripts/mirror.mjs'], { cwd: project })
    figure('second call', (performance.now() - begun) / 1000, { atMost: 3 }, 's')
    const looks = await Promise.all(mirrorSteps.map(look))
    figure('the slowest look whether a step is built', Math.max(...looks), { atMost: 50 }, 'ms')
  })

  await prove('both servers run, once, as long as they are wanted', async () => {
    equal(await mirrorState(options), { apt: 'stopped', registry: 'stopped' }, 'before')
    await startMirror(options, signal)
    equal(await mirrorState(options), { apt: 'running', registry: 'running' }, 'after')
    await startMirror(options, signal)
  })

  await prove('the real apt takes every package, by the pinned keys', async () => {
    const apt = await aptOf()
    await apt('update')
    await apt(
      'download',
      ...['kubeadm', 'kubelet', 'kubectl'].map(name => `${name}=${versions.kubernetes.version}-1.1`),
    )
    await apt('download', 'kubernetes-cni', 'containerd.io')
  })

  await prove('every image is there under its upstream name, with every blob as its digest says', async () => {
    for (const reference of Object.values(images)) await pull(reference)
    const push = await curl(
      ['--request', 'POST', '--output', '/dev/null', '--write-out', '%{http_code}'],
      '/v2/x/blobs/uploads/',
    )
    equal(push.toString(), '405', 'what a push is answered')
  })

  await prove('servers stop, and nothing of them is left', async () => {
    await stopMirror(folder)
    equal(await mirrorState(options), { apt: 'stopped', registry: 'stopped' }, 'after')
    holds(!(await run('ss', ['-ltn'])).stdout.includes(address), 'nobody listens there')
  })

  await prove(`a build that is killed ${kills} times is whole in the end`, async () => {
    const cache = join(folder, 'cache')
    for (let kill = 1; kill <= kills; kill++) {
      const build = buildQuickSteps(cache)
      const milliseconds = Math.round(Math.random() * 4000)
      const ended = await Promise.race([once(build, 'close'), pause(milliseconds, undefined)])
      say(ended ? `kill ${kill} came too late: everything was built` : `killed after ${milliseconds} ms`)
      if (!ended) build.kill('SIGKILL')
      await (ended ?? once(build, 'close'))
    }
    const [status] = (await once(buildQuickSteps(cache), 'close')) as [number | null]
    equal(status, 0, 'exit status of the run after the kills')
    for (const step of mirrorSteps.filter(({ name }) => quickSteps.includes(name)))
      holds(await isBuilt(cache, step), `${step.name} is built`)
  })
}

async function look(step: (typeof mirrorSteps)[number]): Promise<number> {
  const begun = performance.now()
  await isBuilt(cacheFolder(), step)
  return performance.now() - begun
}

/** An apt with lists and keys of its own, that sees the mirror and nothing else. */
async function aptOf(): Promise<(...args: string[]) => Promise<unknown>> {
  const home = join(folder, 'apt')
  for (const name of ['lists/partial', 'archives/partial']) await mkdir(join(home, name), { recursive: true })
  const source = await mirrorSource(options)
  const minor = versions.kubernetes.version.split('.').slice(0, 2).join('.')
  const repositories = [
    { ...source.kubernetes, name: 'kubernetes', tail: `/core:/stable:/v${minor}/deb/ /` },
    { ...source.docker, name: 'docker', tail: '/linux/debian bookworm stable' },
  ]
  const lines = repositories.map(({ name, url, tail }) => `deb [signed-by=${join(home, name)}.asc] ${url}${tail}\n`)
  await writeFile(join(home, 'sources.list'), lines.join(''))
  for (const { name, key, fingerprint } of repositories) {
    const file = join(home, `${name}.asc`)
    await writeFile(file, key)
    holds(
      (await run('gpg', ['--show-keys', '--with-colons', file])).stdout.includes(fingerprint),
      `${name}'s key is the pinned`,
    )
  }
  const settings = {
    'Dir::Etc::SourceList': join(home, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': join(home, 'lists'),
    'Dir::Cache': home,
    'APT::Sandbox::User': 'root',
    'APT::Update::Error-Mode': 'any',
  }
  const given = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  return (...args) => run('apt-get', [...given, ...args], { cwd: home })
}

async function pull(reference: string): Promise<void> {
  const { name, tag } = partsOf(reference)
  const accept = ['--header', 'Accept: application/vnd.oci.image.manifest.v1+json']
  const manifest = JSON.parse((await curl(accept, `/v2/${name}/manifests/${tag}`)).toString()) as Manifest
  for (const { digest, size } of [manifest.config, ...manifest.layers]) {
    const blob = await curl([], `/v2/${name}/blobs/${digest}`)
    equal([digestOf(blob), blob.length], [digest, size], `a blob of ${reference}`)
  }
}

interface Manifest {
  readonly config: { readonly digest: string; readonly size: number }
  readonly layers: readonly { readonly digest: string; readonly size: number }[]
}

/** By the lab's CA alone, and by the very URL that hosts get. */
async function curl(args: readonly string[], path: string): Promise<Buffer> {
  const registry = Object.values((await mirrorSource(options)).mirrors)[0]
  const all = [
    '--silent',
    '--show-error',
    '--cacert',
    join(folder, 'pki', 'ca.crt'),
    ...args,
    `${registry?.url}${path}`,
  ]
  return (await run('curl', all, { encoding: 'buffer', maxBuffer: 1 << 28 })).stdout
}

/** In a process of its own, which can be killed. */
function buildQuickSteps(cache: string): ReturnType<typeof spawn> {
  const at = (path: string) => JSON.stringify(join(project, path))
  const program = `
    const { buildSteps } = await import(${at('mirror/build-mirror.ts')})
    const { mirrorSteps } = await import(${at('mirror/steps.ts')})
    const steps = mirrorSteps.filter(step => ${JSON.stringify(quickSteps)}.includes(step.name))
    await buildSteps(steps, { cacheFolder: ${JSON.stringify(cache)}, emit() {}, signal: new AbortController().signal })`
  return spawn(process.execPath, ['--import=tsx', '--input-type=module', '--eval', program], {
    stdio: 'inherit',
    cwd: project,
  })
}

await proof('the mirror', steps, async () => {
  await stopMirror(folder)
  await rm(folder, { recursive: true })
})

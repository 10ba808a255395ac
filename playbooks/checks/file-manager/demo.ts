import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Check, expect } from '../../../engine/play/checks.ts'
import type { Run } from '../../../engine/play/run.ts'
import { controlPlaneGroup } from '../../../kube/api/cluster.ts'
import { balanced } from './balance.ts'
import { startClient, trouble } from './client.ts'
import { onStorageHost } from './kept.ts'
import { withOutcome } from './outcome.ts'
import { replacement } from './replaced.ts'
import { sharedPlace } from './stored.ts'
import type { Visit } from './visit.ts'

const kubectl = (words: string): string => `kubectl ${words}`
const servers = 'get pods --selector app=server -o wide'

/** The presentation, scene by scene: what is done is shown as it would be typed, and what came of it. */
export function demoScenes(visit: Visit): readonly Check[] {
  const { run } = visit
  const [first = '', ...others] = visit.files.map(({ name }) => name)
  const [node = ''] = visit.nodes
  const another = visit.nodes.at(-1) ?? ''
  const [removed, newcomer] = replacement(visit)
  const master = (words: string) => onMaster(run, words)
  const client = (address: string, words: readonly string[], place?: string) => asUser(visit, address, words, place)
  const scenes = [
    scene('S1-A1', 'The cluster', () => master('get nodes -o wide')),
    scene('S1-A3', 'A broker, three servers', () => master('get deployments,services,pv,pvc')),
    scene('S1-A4', 'On different workers', () => master('get pods -o wide')),
    scene('S1-A7', 'The broker knows the servers', () =>
      // A line for each client since may be thousands.
      master("logs deployment/broker-deployment | grep -v 'client connected' | tail -n 20"),
    ),
    scene('S1-A10', 'A client connects, by way of any node', async () => {
      for (const address of visit.nodes) await session(visit, address)
    }),
    scene('S1-A11', 'The files of this machine', () => client(node, ['ls'])),
    scene('S1-A12', 'The files of the server, before', () => client(node, ['lls'])),
    scene('S1-A13', 'One file is uploaded', async () => {
      await client(node, ['upload', first])
      await client(node, ['lls'])
    }),
    scene('S1-A14', 'And the others', async () => {
      for (const name of others) await client(node, ['upload', name])
      await client(node, ['lls'])
    }),
    followed(onStorageHost(visit), async () => {
      const { host, folder } = sharedPlace(run)
      await onHost(run, host, `ls -la ${folder}`)
    }),
    scene('S1-A16', 'A second client, by way of another node, sees them too', async () => {
      await session(visit, another)
      await client(another, ['lls'], 'second')
    }),
    scene('S1-A17', 'It downloads one', async () => {
      await client(another, ['download', first], 'second')
      const content = await readFile(join(await visit.place('second'), first), 'utf8')
      show(run, `cat ${first}`, content)
      expect(content === visit.files[0]?.content, `it is not what was uploaded: ${content}`)
    }),
    followed(balanced(visit), () => master('logs --selector app=server --prefix --tail 3')),
    ...(removed
      ? [
          followed(
            removed,
            () => master(servers),
            () => master(servers),
          ),
        ]
      : []),
    ...(newcomer ? [followed(newcomer, () => client(node, ['lls']))] : []),
  ]
  return scenes.map(withOutcome)
}

const scene = (id: string, title: string, act: () => Promise<void>): Check => ({
  id,
  title,
  async look() {
    await act()
    return 'as shown'
  },
})

/** A check, with something to see after it, and before. */
const followed = (check: Check, after: () => Promise<void>, before?: () => Promise<void>): Check => ({
  ...check,
  async look(run) {
    await before?.()
    const saw = await check.look(run)
    await after()
    return saw
  },
})

/** A session that begins and ends: who serves is told by the client itself. */
async function session(visit: Visit, node: string): Promise<void> {
  const ended = await startClient(visit, node, { commands: ['exit'], json: false })
  show(visit.run, `clienteFileManager ${node}`, `${ended.stderr}${ended.stdout}> exit`)
  expect(ended.exit === 0, trouble(ended))
}

async function asUser(visit: Visit, node: string, words: readonly string[], place = 'client'): Promise<void> {
  const ended = await startClient(visit, node, { words, place, json: false })
  show(visit.run, `clienteFileManager ${node} ${words.join(' ')}`, ended.stderr + ended.stdout)
  expect(ended.exit === 0, trouble(ended))
}

const onMaster = (run: Run, words: string): Promise<void> =>
  onHost(
    run,
    run.lab.groups.get(controlPlaneGroup)?.[0] ?? '',
    kubectl(words),
    'export KUBECONFIG=/etc/kubernetes/admin.conf',
  )

async function onHost(run: Run, host: string, command: string, before = ':'): Promise<void> {
  const answer = await run.reach().readOn(host, `${before}\n${command}`)
  expect(answer.is === 'present', answer.is === 'unknown' ? answer.why : `${host} is not there`)
  show(run, command, answer.state, host)
}

function show(run: Run, command: string, output: string, on = ''): void {
  const lines = output.split('\n').filter(line => line.trim() !== '')
  for (const text of [`${on}$ ${command}`, ...lines]) run.emit({ type: 'notice', level: 'info', text })
}

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
/** What `-o wide` would be good for; all of it no terminal has room for. */
const podColumns = '-o custom-columns=POD:.metadata.name,PHASE:.status.phase,ADDRESS:.status.podIP,NODE:.spec.nodeName'
const volumeColumns =
  '-o custom-columns=VOLUME:.metadata.name,CLAIM:.spec.claimRef.name,SERVER:.spec.nfs.server,FOLDER:.spec.nfs.path'
const servers = `get pods --selector app=server ${podColumns}`

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
    scene('S1-A1', 'The cluster', () => master('get nodes')),
    scene('S1-A3', 'A broker, three servers', async () => {
      await master('get deployments,services')
      await master(`get pv ${volumeColumns}`)
    }),
    scene('S1-A4', 'On different workers', () => master(`get pods ${podColumns}`)),
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
      typed(run, `cat ${first}`)
      printed(run, content)
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
  typed(visit.run, `clienteFileManager ${node}`)
  const ended = await startClient(visit, node, { commands: ['exit'], json: false })
  printed(visit.run, `${ended.stderr}${ended.stdout}> exit`)
  expect(ended.exit === 0, trouble(ended))
}

async function asUser(visit: Visit, node: string, words: readonly string[], place = 'client'): Promise<void> {
  typed(visit.run, `clienteFileManager ${node} ${words.join(' ')}`)
  const ended = await startClient(visit, node, { words, place, json: false })
  printed(visit.run, ended.stderr + ended.stdout)
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
  typed(run, command, host)
  const answer = await run.reach().readOn(host, `${before}\n${command}`)
  expect(answer.is === 'present', answer.is === 'unknown' ? answer.why : `${host} is not there`)
  printed(run, answer.state)
}

const shows = (run: Run, text: string): void => run.emit({ type: 'notice', level: 'info', text, shown: true })

/** Before it is done: whoever looks on sees what is waited for. */
const typed = (run: Run, command: string, on = ''): void => shows(run, `${on}$ ${command}`)

function printed(run: Run, output: string): void {
  for (const line of output.split('\n')) if (line.trim() !== '') shows(run, line)
}

import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { runHere } from '../engine/provider/local/command.ts'
import type { ResourceEnd } from '../engine/report/events.ts'
import { eventsOf } from './lib/testing/events-of.ts'
import { inProcess } from './lib/testing/in-process.ts'

let folder: string
let keys: Server
let fingerprint = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'looking-'))
  const gpg = `gpg --homedir '${folder}/gpg' --batch --quiet --passphrase ''`
  const make = `mkdir -m 0700 '${folder}/gpg'; ${gpg} --quick-gen-key lab@example.org future-default 2>/dev/null
${gpg} --list-keys --with-colons | sed -n 's/^fpr:*\\([^:]*\\):$/\\1/p' | head -n 1`
  fingerprint = (await runHere('making a key', make)).trim()
  const key = await runHere('showing it', `${gpg} --armor --export; gpgconf --homedir '${folder}/gpg' --kill all`)
  keys = createServer((_, response) => response.end(key)).listen(0, '127.0.0.1')
  await new Promise(resolve => keys.once('listening', resolve))
})
afterAll(async () => {
  keys.close()
  await rm(folder, { recursive: true, force: true })
})

/** Two hosts that do not exist, of each provider that makes hosts on this machine. */
async function inventoryOf(provider: 'local' | 'vagrant' | 'multipass', home: string): Promise<string> {
  const disk = provider === 'multipass' ? { disk: '16G' } : {}
  const size = { memory: '1G', cpus: 1, ...disk }
  const keyUrl = `http://127.0.0.1:${(keys.address() as AddressInfo).port}/key`
  const document = {
    lab: 'looked-at',
    provider,
    source: 'upstream',
    hosts: {
      one: { groups: ['control-plane', 'storage', 'registry'], ...size },
      other: { groups: ['workers'], ...size },
    },
    groups: { cluster: { children: ['control-plane', 'workers'] } },
    vars: {
      upstream: {
        ...{ kubernetesKeyUrl: keyUrl, kubernetesFingerprint: fingerprint },
        ...{ dockerKeyUrl: keyUrl, dockerFingerprint: fingerprint },
      },
    },
  }
  await mkdir(home)
  const file = join(home, 'lab.yaml')
  await writeFile(file, stringify(document))
  return file
}

/** Every file beneath it, with the sum of what it holds. */
async function sumsOf(home: string): Promise<readonly string[]> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true })
  const sums = entries.map(async entry => {
    const path = join(entry.parentPath, entry.name)
    return entry.isFile()
      ? `${path} ${createHash('sha256')
          .update(await readFile(path))
          .digest('hex')}`
      : path
  })
  return (await Promise.all(sums)).sort()
}

const looks = [['up', '--check', '--diff'], ['drift'], ['doctor'], ['down', '--check']] as const
const providers = ['local', 'vagrant', 'multipass'] as const

it.each(
  providers.flatMap(provider => looks.map(([playbook, ...args]) => ({ provider, playbook, args }))),
)('$playbook of hosts of $provider that do not exist tells of them, and changes nothing: $args', async ({
  provider,
  playbook,
  args,
}) => {
  const home = join(folder, `${provider}-${playbook}-${args.length}`)
  const inventory = await inventoryOf(provider, home)
  const before = await sumsOf(home)
  const { exit, stdout, stderr } = await inProcess(playbook, [...args, '--json', '--inventory', inventory], {
    HOME: home,
    XDG_STATE_HOME: join(home, 'state'),
    XDG_CACHE_HOME: join(home, 'cache'),
    // What programs of others keep of themselves when they are only asked for their version.
    VAGRANT_HOME: join(folder, 'vagrant'),
    XDG_CONFIG_HOME: join(folder, 'config'),
  })
  const events = eventsOf(stdout)
  const ends = events.filter((event): event is ResourceEnd => event.type === 'resource.end')
  const failed = events.flatMap(event => ('failure' in event && event.failure ? [event.failure] : []))
  expect(failed, stderr).toEqual([])
  // What stands against making hosts on this machine is the doctor's to count.
  expect(playbook === 'doctor' ? [0, 70] : playbook === 'down' ? [0] : [2, 3]).toContain(exit)
  const outcomes = new Set(ends.map(({ outcome }) => outcome))
  expect([...outcomes].filter(outcome => outcome === 'changed' || outcome === 'failed')).toEqual([])
  if (playbook === 'up') expect(outcomes).toContain('would-change')
  if (playbook === 'up' && provider === 'local') expect(outcomes).not.toContain('unknown')
  expect(await sumsOf(home)).toEqual(before)
})

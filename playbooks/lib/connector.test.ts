import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { sshEndpoint } from '../../engine/connection/testing/endpoint.ts'
import { makeKey } from '../../engine/connection/testing/keys.ts'
import { freePort } from '../../engine/connection/testing/sshd.ts'
import type { LabHosts } from '../../engine/inventory/lab.ts'
import { optionsOf } from '../../engine/play/options.ts'
import { connector } from './connector.ts'

it('tries a host that does not answer no longer than until the interrupt', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'connector-'))
  try {
    const options = optionsOf('up', { values: {}, args: [] }, { summary: '', examples: [] })
    const interrupt = new AbortController()
    const lab = {} as LabHosts
    const emit = (): void => interrupt.abort(new Error('interrupted'))
    const connect = connector(
      { lab, stateFolder: folder, cacheFolder: folder, emit },
      { options, patienceSeconds: 30, logged: bare => bare, signal: interrupt.signal },
    )
    const endpoint = sshEndpoint({
      port: await freePort(),
      identityFiles: [makeKey(folder, 'key').file],
      knownHostsFile: join(folder, 'known_hosts'),
    })
    await expect(connect('one', { is: 'running', endpoint, address: '127.0.0.1' })).rejects.toThrow('interrupted')
  } finally {
    await rm(folder, { recursive: true })
  }
})

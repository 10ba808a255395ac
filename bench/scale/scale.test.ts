import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { connectSsh } from '../../engine/connection/ssh.ts'
import { sshEndpoint } from '../../engine/connection/testing/endpoint.ts'
import { compose } from '../../engine/resource/batch.ts'
import { renderAndamio } from '../peers/render/andamio.ts'
import { writeFiles } from '../peers/render/files.ts'
import { workOf } from '../peers/work.ts'
import { type Answer, answerTo, nonceOf, withoutNonce } from './answers.ts'
import { runWork } from './run-work.ts'
import { describe as describeHosts, makeKeys, simulateHosts } from './simulated-hosts.ts'
import { startSshServer } from './ssh-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'andamio-scale-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

const fragments = [{ script: 'echo hello', timeoutSeconds: 5 }]
const recorded = (): readonly Answer[] => {
  const batch = compose(fragments, false)
  const nonce = nonceOf(batch.script) ?? ''
  return [{ script: withoutNonce(batch.script, nonce), stdout: 'NONCE 0 0 5\nhello\n', stderr: 'NONCE 0\n' }]
}

describe('a recorded answer', () => {
  it('fits the same script of another run, with its nonce', () => {
    const batch = compose(fragments, false)
    const found = answerTo(batch.script, recorded())
    expect(batch.parse(Buffer.from(found?.stdout ?? ''), found?.stderr ?? '')).toEqual([
      { status: 0, stdout: 'hello', stderr: '' },
    ])
  })

  it('fits no other script', () => {
    expect(answerTo(compose([{ script: 'echo other', timeoutSeconds: 5 }], false).script, recorded())).toBeUndefined()
    expect(answerTo('rm -rf /', recorded())).toBeUndefined()
  })
})

describe('a simulated host', () => {
  it('lets in whoever has the key, and nobody else, and answers', async () => {
    const { hostKey, userKey, identity } = makeKeys(folder)
    const asked: string[] = []
    const server = await startSshServer({
      hostKey,
      userKey,
      answer: (command, stdin) => {
        asked.push(`${command} < ${stdin}`)
        return { status: 7, stdout: 'out', stderr: 'err' }
      },
    })
    describeHosts([server.port], identity, folder)
    const endpoint = sshEndpoint({ port: server.port, knownHostsFile: join(folder, '.ssh/known_hosts') })
    const connection = await connectSsh('sim', { ...endpoint, identityFiles: [identity] })
    const { code, stdout, stderr } = await connection.exec('sh -s', { stdin: 'in', timeoutSeconds: 5 })
    expect([code, stdout.toString(), stderr, asked]).toEqual([7, 'out', 'err', ['timeout -k 2 5 sh -s < in']])
    await connection.close()
    const stranger = { ...endpoint, identityFiles: [join(folder, '.ssh/host')] }
    await expect(connectSsh('sim', stranger, { patienceSeconds: 0 })).rejects.toMatchObject({
      failure: { code: 'login-refused' },
    })
    server.close()
  })
})

it('has answers to what a run asks today, else `npm run bench:scale -- --record` is due', async () => {
  const home = join(folder, 'home')
  const recorded = JSON.parse(readFileSync(new URL('./answers.json', import.meta.url), 'utf8')) as readonly Answer[]
  mkdirSync(home)
  const hosts = await simulateHosts(1, recorded, home)
  try {
    await writeFiles(home, renderAndamio(workOf(20), [], ''))
    const { end } = await runWork(hosts.inventory, { home, playbook: join(home, 'andamio/work.mjs') })
    expect(Object.values(end.hosts)).toMatchObject([{ ok: 20, changed: 0 }])
  } finally {
    await hosts.close()
  }
}, 30_000)

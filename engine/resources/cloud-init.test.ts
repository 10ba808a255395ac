import { readFile } from 'node:fs/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { whyNotRead } from '../connection/read-only.ts'
import { compose } from '../resource/batch.ts'
import { cloudInitScript } from '../resource/cloud-init.ts'
import { factsScript, readFacts } from '../resource/facts.ts'
import { usePrivateRoot } from './private-root-fixture.ts'

const root = usePrivateRoot()
afterEach(() => root().sh('rm -rf /run/cloud-init /etc/cloud /usr/local/bin/systemctl'))

/** What cloud-init of these versions has written on a real host, and what systemd said of its last stage meanwhile. */
type Recording = { readonly status: object; readonly result?: object }
const recording = async (name: string): Promise<Recording> =>
  JSON.parse(await readFile(new URL(`../resource/fixtures/cloud-init/${name}.json`, import.meta.url), 'utf8'))

const runs = 'ActiveState=activating\nJob=64'
const nobodyAsks = 'exit 9'

/** Lays out a host's files as they were, with a systemctl that says what it said. */
async function layOut(files: Readonly<Record<string, string>>, final?: string): Promise<void> {
  const place = (path: string) => `mkdir -p "$(dirname ${path})"; cat >${path}`
  for (const [path, stdin] of Object.entries(files))
    await root().connection.exec(`sh -c '${place(path)}'`, { stdin, timeoutSeconds: 10 })
  const says = final === undefined ? nobodyAsks : `cat <<'E'\n${final}\nE`
  const stdin = `#!/bin/sh\n${says}\n`
  const path = '/usr/local/bin/systemctl'
  await root().connection.exec(`sh -c '${place(path)}; chmod 755 ${path}'`, { stdin, timeoutSeconds: 10 })
}

async function asRecorded(name: string, final?: string) {
  const { status, result } = await recording(name)
  const json = (part: object) => `${JSON.stringify(part, undefined, 1)}\n`
  await layOut(
    {
      '/run/cloud-init/enabled': '',
      '/run/cloud-init/status.json': json(status),
      ...(result ? { '/run/cloud-init/result.json': json(result) } : {}),
    },
    final,
  )
  return told()
}

async function told() {
  const batch = compose([{ script: factsScript, timeoutSeconds: 20 }], false)
  const { stdout, stderr } = await root().connection.exec('sh -s', { stdin: batch.script, timeoutSeconds: 20 })
  const [answer] = batch.parse(stdout, stderr)
  if (!answer) throw new Error(stderr)
  return readFacts(answer).cloudInit
}

describe('cloud-init', () => {
  it('is none where it is not installed, disabled in either way, or not to run on this boot', async () => {
    await layOut({})
    expect(await told()).toEqual({ is: 'none' })
    const { status } = await recording('22.4.2-error')
    const left = { '/run/cloud-init/status.json': JSON.stringify(status) }
    await layOut({ ...left, '/run/cloud-init/disabled': '' })
    expect(await told()).toEqual({ is: 'none' })
    await root().sh('rm -r /run/cloud-init')
    await layOut({ ...left, '/etc/cloud/cloud-init.disabled': '' })
    expect(await told()).toEqual({ is: 'none' })
  })

  it('runs before its first stage, while its units wait their turn', async () => {
    await layOut({ '/run/cloud-init/enabled': '' }, 'ActiveState=inactive\nJob=64')
    expect(await told()).toEqual({ is: 'running', stage: 'before its first stage' })
  })

  it('runs in its last stage, also when an earlier one has failed or complained', async () => {
    const running = { is: 'running', stage: 'in its stage modules-final' }
    expect(await asRecorded('22.4.2-error-running', runs)).toEqual(running)
    expect(await asRecorded('25.1.4-degraded-running', runs)).toEqual(running)
  })

  it('is done, and systemd is not asked', async () => {
    expect(await asRecorded('22.4.2-done')).toEqual({ is: 'done', warnings: [] })
  })

  it('is done with what it went on in spite of', async () => {
    const warnings = [
      "WARNING: cloud-config failed schema validation! You may run 'sudo cloud-init schema --system' to check the details.",
    ]
    expect(await asRecorded('25.1.4-degraded')).toEqual({ is: 'done', warnings })
  })

  it('has failed with its errors, each once', async () => {
    expect(await asRecorded('22.4.2-error')).toEqual({
      is: 'failed',
      errors: [
        expect.stringMatching(/^\('locale', ProcessExecutionError\("Unexpected error while running command\.\\n/),
      ],
    })
    expect(await asRecorded('22.4.2-runcmd-error')).toMatchObject({
      errors: [expect.stringContaining('Runparts: 1 failures')],
    })
  })

  it.each([
    ['crashed in its last stage', 'ActiveState=failed\nJob='],
    ['is never to get there', 'ActiveState=inactive\nJob='],
  ])('has failed when it %s', async (_, final) => {
    expect(await asRecorded('22.4.2-killed', final)).toEqual({
      is: 'failed',
      errors: ['it has stopped in its stage modules-final and will not go on'],
    })
  })

  it('that cannot be read is no answer', async () => {
    await layOut({ '/run/cloud-init/status.json': '{}', '/run/cloud-init/result.json': '{"v1": {}}' })
    await expect(told()).rejects.toThrow('not what cloud-init writes')
  })

  it('is looked at by reads alone', () => {
    expect(whyNotRead('sh -s', cloudInitScript)).toBeUndefined()
  })
})

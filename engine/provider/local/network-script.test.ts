import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { labNames } from './names.ts'
import { removeNetwork } from './network-script.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'network-script-'))
  await program('nft', '')
  await program('ip', 'exit 1')
})
afterEach(() => rm(folder, { recursive: true }))

async function program(name: string, script: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`)
  await chmod(join(folder, name), 0o755)
}

/** Removes a network where iptables ends with these statuses, one call after the other, then with that of no such rule. */
async function removedWith(...statuses: readonly number[]) {
  await writeFile(join(folder, 'statuses'), statuses.map(status => `${status}\n`).join(''))
  await writeFile(join(folder, 'calls'), '')
  await program(
    'iptables',
    `cd ${folder}; echo "$*" >>calls; read -r status <statuses || status=1; sed -i 1d statuses
[ $status -eq 0 ] || echo "iptables ends with $status" >&2
exit $status`,
  )
  const env = { PATH: `${folder}:${process.env.PATH}` }
  const ended = await new Promise<{ code: number; stderr: string }>(resolve => {
    const script = removeNetwork(labNames('never-made'))
    execFile('sh', ['-euc', script], { env }, (error, _, stderr) => resolve({ code: Number(error?.code ?? 0), stderr }))
  })
  const calls = (await readFile(join(folder, 'calls'), 'utf8')).trimEnd().split('\n')
  return { ...ended, calls: calls.map(call => call.replace(/ am-.*/, '')) }
}

const [incoming, outgoing] = ['-w 10 -D FORWARD -i', '-w 10 -D FORWARD -o']

it('forgets every rule of its own, and is told by iptables when there is none left', async () => {
  expect(await removedWith(0, 0, 1, 0)).toEqual({
    code: 0,
    stderr: '',
    calls: [incoming, incoming, incoming, outgoing, outgoing],
  })
})

it('goes on where iptables knows no such rule, or cannot have any', async () => {
  expect(await removedWith(3, 2)).toMatchObject({ code: 0, calls: [incoming, outgoing] })
})

it('never takes a lock that somebody holds for no rule left', async () => {
  expect(await removedWith(0, 4)).toEqual({ code: 4, stderr: 'iptables ends with 4\n', calls: [incoming, incoming] })
})

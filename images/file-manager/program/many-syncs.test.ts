import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ManySyncs } from './many-syncs.ts'
import { WholeSync } from './whole-sync.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-manager-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a file system is synced by a program that stays, once it has begun to watch', async () => {
  const whole = new WholeSync(folder)
  expect(await whole.sync()).toBe(false)
  await whole.begin()
  expect([await whole.sync(), await whole.sync()]).toEqual([true, true])
  await whole.close()
  expect(await whole.sync()).toBe(false)
})

test('what cannot be synced is told of each file, however many there are', async () => {
  const syncs = new ManySyncs(join(folder, 'none'))
  await syncs.begin()
  const paths = Array.from({ length: 200 }, (_, i) => join(folder, `f${i}`))
  for (const path of paths.slice(0, 150)) writeFileSync(path, 'x')
  const results = await syncs.sync(paths)
  expect(results.map(({ status }) => status === 'fulfilled')).toEqual(paths.map((_, i) => i < 150))
  await syncs.close()
})

// A disk that loses what it has taken: a file system in a file, on another one that has no room for all of it.
const lossy = `
mount -t tmpfs -o size=3m none "$1"
truncate -s 64M "$1/disk"
mkfs.ext4 -q -F -O ^has_journal -E lazy_itable_init=1,nodiscard "$1/disk"
mkdir "$1/here"
mount -o loop "$1/disk" "$1/here"
shift
exec "$@"`

test('a disk that loses what it was given is told of, though another has asked before', async () => {
  const program = join(folder, 'program.mts')
  const whole = fileURLToPath(new URL('whole-sync.ts', import.meta.url))
  const disk = join(folder, 'disk')
  mkdirSync(disk)
  writeFileSync(
    program,
    `import { execFileSync, spawnSync } from 'node:child_process'
    import { randomBytes } from 'node:crypto'
    import { writeFileSync } from 'node:fs'
    import { WholeSync } from ${JSON.stringify(whole)}
    const folder = ${JSON.stringify(join(disk, 'here'))}
    const whole = new WholeSync(folder)
    await whole.begin()
    for (let i = 0; i < 64; i++) writeFileSync(folder + '/f' + i, randomBytes(65536))
    const [other, again] = [0, 1].map(() => spawnSync('sync', ['-f', folder]).status)
    console.log(JSON.stringify({ other, again, ours: await whole.sync(), later: await whole.sync() }))
    await whole.close()`,
  )
  const child = spawn('unshare', [
    '--mount',
    'sh',
    '-ec',
    lossy,
    'sh',
    disk,
    process.execPath,
    '--import',
    'tsx',
    program,
  ])
  const [out, err] = [text(child.stdout), text(child.stderr)]
  await once(child, 'close')
  expect([await out, await err]).toEqual([`${JSON.stringify({ other: 1, again: 0, ours: false, later: true })}\n`, ''])
})

import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { clientSources, type Ended, homeOf, startClient } from '../testing/client.ts'
import { serving } from '../testing/serving.ts'

const { made, folder } = serving()

const refused: Ended = { exit: 69, out: '', err: expect.stringContaining('127.0.0.1 port 1 cannot be reached') }

test('the client is made into one file by its first command, and later ones are quicker by it', async () => {
  const home = folder()
  const cache = join(home, 'cache', 'andamio', 'file-manager-client')
  const env = { ...homeOf(home, made, '127.0.0.1'), XDG_CACHE_HOME: join(home, 'cache') }
  const client = (...words: string[]) => startClient([clientSources, ...words], home, env).ended
  expect(await client('--help')).toMatchObject({ exit: 0, err: '' })
  expect(readdirSync(home)).not.toContain('cache')
  expect(await client('127.0.0.1:1', 'lls')).toEqual(refused)
  const [name = '', ...others] = readdirSync(cache)
  expect([name, others]).toEqual([expect.stringMatching(/^[0-9a-f]{32}\.mjs$/), []])
  expect(statSync(join(cache, name)).mode & 0o777).toBe(0o600)
  expect(await client('127.0.0.1:1', 'lls')).toEqual(refused)

  writeFileSync(join(cache, name), 'export const run = async argv => console.log("kept", ...argv)')
  expect(await client('127.0.0.1:1', 'lls')).toEqual({ exit: 0, out: 'kept 127.0.0.1:1 lls\n', err: '' })
  // What others may have written is made anew.
  chmodSync(join(cache, name), 0o666)
  expect(await client('127.0.0.1:1', 'lls')).toEqual(refused)
  expect(readdirSync(cache)).toEqual([name])
})

test('the client runs from its sources where nothing can be kept', async () => {
  const home = folder()
  const env = { ...homeOf(home, made, '127.0.0.1'), XDG_CACHE_HOME: '/dev/null' }
  expect(await startClient([clientSources, '127.0.0.1:1', 'lls'], home, env).ended).toEqual(refused)
})

import { expect, it } from 'vitest'
import type { CallTool } from '../tool/call-tool.ts'
import { MultipassClient } from './client.ts'

interface Said {
  readonly code?: number
  readonly stdout?: string
  readonly stderr?: string
}

/** What a program says to `version --format json`, and to `version` alone. */
function client(json: Said, plain: Said = { code: 1 }): MultipassClient {
  const call: CallTool = async (_, { args }) => {
    const { code = 0, stdout = '', stderr = '' } = args.length > 1 ? json : plain
    return { code, stdout: Buffer.from(stdout), stderr }
  }
  return new MultipassClient(undefined, call)
}

it('knows the version of one that is too old to be asked for JSON', async () => {
  const old = { code: 1, stderr: "Unknown option 'format'.\n" }
  expect(await client(old, { stdout: 'multipass  1.8.1\nmultipassd 1.8.1\n' }).version()).toBe('1.8.1')
  expect(await client({ stdout: 'multipass  1.9.2\n' }).version()).toBe('1.9.2')
})

it('and of one whose service does not answer', async () => {
  const mute = { code: 2, stdout: '{"multipass":"1.16.1"}', stderr: 'cannot connect to the multipass socket\n' }
  expect(await client(mute).version()).toBe('1.16.1')
})

it('tells what one complains of that tells no version', async () => {
  const broken = { code: 139, stderr: 'snap-confine has elevated permissions\n' }
  await expect(client(broken).version()).rejects.toMatchObject({
    failure: {
      code: 'tool-failed',
      message: 'multipass version failed',
      cause: expect.stringMatching(/^snap-confine/),
    },
  })
  await expect(client({ code: 127 }).version()).rejects.toMatchObject({
    failure: { cause: 'it ended with status 127, and said nothing' },
  })
  await expect(client({ stdout: '{}' }).version()).rejects.toMatchObject({ failure: { code: 'tool-answer-odd' } })
})

import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { oneFile } from '../testing/one-file.ts'
import { Program } from '../testing/program.ts'
import { everythingIn, serving } from '../testing/serving.ts'
import { begin, sha256, uploadRequest } from '../testing/transfer.ts'

const { made, folder, session } = serving()
/** As the images have them. */
const files = { broker: await oneFile('broker', folder()), server: await oneFile('server', folder()) }
const programs: Program[] = []
afterEach(async () => {
  for (const program of programs.splice(0)) await program.ended('SIGKILL')
})

function run(name: 'broker' | 'server', ...args: string[]): Program {
  const program = new Program(name, [...args, '--config', made.folder], files[name])
  programs.push(program)
  return program
}

describe('the programs', () => {
  test('find each other, say how they are, and end when asked, with what was begun', async () => {
    const data = folder()
    const broker = run('broker', '--listen', '127.0.0.1:0')
    const brokerPort = await broker.port()
    const server = run(
      'server',
      `127.0.0.1:${brokerPort}`,
      '--listen',
      '127.0.0.1:0',
      '--data',
      data,
      '--id',
      'server-1',
    )
    const port = await server.port()
    await broker.says(/(server registered: server-1)/)
    expect(await run('server', '--health', '--listen', String(port)).ended()).toBe(0)

    const opened = await session({ port })
    const content = randomBytes(3_000_000)
    const upload = await begin(opened, uploadRequest('a', content), content, 1_000_000)
    const ended = server.ended('SIGTERM')
    await server.says(/(SIGTERM)/)
    await expect.poll(() => opened.usable).toBe(false)
    await expect(session({ port })).rejects.toMatchObject({ errorCode: 'unreachable' })
    await upload.write(content.subarray(1_000_000))
    expect(await upload.finish(sha256(content))).toMatchObject({ size: content.length })
    expect([await ended, everythingIn(data)]).toEqual([0, ['a']])
    expect(await run('server', '--health', '--listen', String(port)).ended()).toBe(70)
    await broker.says(/(server server-1 left)/)
    expect(await broker.ended('SIGTERM')).toBe(0)
    expect(broker.output + server.output).not.toMatch(new RegExp(`${made.clientToken}|${made.serverToken}`))
  })

  test.each<['broker' | 'server', string[], RegExp]>([
    ['broker', ['somewhere'], /takes no arguments/],
    ['server', [], /takes one argument/],
  ])('of which the %s with %j says what is wrong', async (name, args, text) => {
    const program = run(name, ...args)
    expect(await program.ended()).toBe(64)
    expect(program.output).toMatch(text)
  })
})

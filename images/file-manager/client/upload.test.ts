import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { FileManagerError } from '../protocol/errors.ts'
import { type Answer, pairs } from '../testing/pair.ts'
import { CutOff } from './cut-off.ts'
import { uploadSmall } from './upload.ts'

const { server, session } = pairs()

const content = Buffer.from('small')
const sha256 = createHash('sha256').update(content).digest('hex')
const source = { name: 'a', size: content.length, upload: '0'.repeat(64), content }

/** Refuses so many uploads, then takes them; the attempts that it has seen. */
function losing(times: number): { readonly answer: Answer; readonly attempts: string[] } {
  const attempts: string[] = []
  const answer: Answer = async exchange => {
    if (exchange.type !== 'upload') throw new Error(`nobody asks for ${exchange.type}`)
    attempts.push(exchange.request.attempt)
    while ((await exchange.incoming.read()) !== undefined) exchange.incoming.done(content.length)
    if (attempts.length <= times) throw new FileManagerError('superseded', 'gone')
    exchange.respond({ size: content.length, sha256 })
  }
  return { answer, attempts }
}

describe('a small upload of which the storage loses sight', () => {
  const moved: number[] = []
  const moving = { signal: new AbortController().signal, moved: (n: number) => moved.push(n), resumed: () => undefined }
  const send = async (answer: Answer) => uploadSmall(await session(await server(answer)), source, new CutOff(), moving)

  test('is begun anew, as another attempt, and counted once', async () => {
    const { answer, attempts } = losing(1)
    expect(await send(answer)).toEqual({ size: content.length, sha256, resumed: 0 })
    expect(new Set(attempts).size).toBe(2)
    expect(moved).toEqual([content.length])
  })

  test('is not begun for ever', async () => {
    const { answer, attempts } = losing(9)
    await expect(send(answer)).rejects.toMatchObject({ errorCode: 'superseded' })
    expect(attempts.length).toBe(2)
  })
})

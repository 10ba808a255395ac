import { once } from 'node:events'
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { expect } from '../../engine/play/checks.ts'

export interface Question {
  readonly headers?: OutgoingHttpHeaders
  /** Sent piece by piece, as fast as the other side takes it. */
  readonly body?: Iterable<Buffer>
  /** Of the whole exchange, the answer's body included. */
  readonly limitMs: number
  /** Aborted when the run is interrupted. */
  readonly signal: AbortSignal
}

/**
 * Asks on a connection of its own, so that a Service forwards each question anew. The check fails, by what went wrong,
 * where there is no answer. The answer's body is to be read, or the answer destroyed.
 */
export async function ask(
  method: 'GET' | 'PUT',
  url: string,
  { headers = {}, body, limitMs, signal }: Question,
): Promise<IncomingMessage> {
  const limit = AbortSignal.any([AbortSignal.timeout(limitMs), signal])
  const question = request(url, { method, headers, agent: false, signal: limit })
  const answer = once(question, 'response') as Promise<[IncomingMessage]>
  // What breaks is told by the answer, or by its reader.
  question.on('error', () => undefined)
  if (body) pipeline(Readable.from(body), question).catch(() => undefined)
  else question.end()
  try {
    const [message] = await answer
    return message
  } catch (error) {
    expect(false, `${method} ${url}: ${reason(error, limit)}`)
    throw error
  }
}

/** What an answer says, for people: its beginning. */
export async function wordsOf(answer: IncomingMessage): Promise<string> {
  let words = ''
  for await (const chunk of answer) if (words.length < 500) words += chunk
  return words.slice(0, 500).trim()
}

/** The signal knows why it was aborted; the error says only that it was. */
export function reason(error: unknown, limit?: AbortSignal): string {
  if (limit?.aborted) return (limit.reason as Error).message
  const { message, code } = error as NodeJS.ErrnoException
  return message || code || String(error)
}

/** What hostile clients send: frames that are none, sessions in crumbs, names that want out, sockets that say nothing. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect as connectPlain, type Socket } from 'node:net'
import { join } from 'node:path'
import { dial } from '../../../images/file-manager/protocol/dial.ts'
import { FileManagerError } from '../../../images/file-manager/protocol/errors.ts'
import { controlFrame } from '../../../images/file-manager/protocol/frames.ts'
import { whyNotName } from '../../../images/file-manager/protocol/names.ts'
import { sendMutated } from '../../../images/file-manager/testing/fuzz.ts'
import { attacks, oddName } from '../../../images/file-manager/testing/odd-names.ts'
import type { Random } from '../../../images/file-manager/testing/random.ts'
import { answersTo, sessionBytes } from '../../../images/file-manager/testing/split.ts'
import { get, put } from '../../../images/file-manager/testing/transfer.ts'
import { equal, figure, holds, prove, say } from '../proof.ts'
import { type Bed, mostMemory } from './bed.ts'

const host = '127.0.0.1'

export async function frameSteps(bed: Bed, random: Random, frames: number): Promise<void> {
  const hello = { versions: [1, 2], role: 'client', token: bed.made.clientToken }
  await prove(`${frames} mutated frames end in nothing but errors of the protocol`, async () => {
    const data = bed.data('frames')
    const { program, port } = await bed.server(data, '--plain-text')
    let mutated = 0
    let connections = 0
    const lane = async (): Promise<void> => {
      while (mutated < frames) {
        const sent = await sendMutated(random, connectPlain({ host, port }), hello)
        mutated += sent
        if (++connections % 2000 === 0) say(`${mutated} mutated frames over ${connections} connections`)
      }
    }
    await Promise.all(Array.from({ length: 16 }, lane))
    say(`${mutated} mutated frames over ${connections} connections`)
    figure('memory after mutated frames', mostMemory(program), { atMost: 150 }, 'MB')
    holds(!/internal:/.test(program.output), 'nothing happened that was not foreseen')
    const names = readdirSync(data).filter(name => !name.startsWith('.andamio-partial-'))
    equal(
      names.filter(name => whyNotName(name) !== undefined),
      [],
      'files with bad names',
    )
    equal(await program.ended('SIGTERM'), 0, 'exit status of the server')
  })
  await prove('a session is the same wherever its bytes are split', async () => {
    const { program, port } = await bed.server(bed.data('splits'))
    const bytes = sessionBytes(hello)
    const answers = async (parts: readonly Buffer[]) => answersTo(await dial({ host, port }, bed.made.authority), parts)
    const whole = await answers([bytes])
    for (let at = 1; at < bytes.length; at++)
      equal(await answers([bytes.subarray(0, at), bytes.subarray(at)]), whole, `answers when split at ${at}`)
    equal(await answers(Array.from(bytes, byte => Buffer.of(byte))), whole, 'answers to single bytes')
    say(`${bytes.length - 1} splits, and every byte by itself`)
    await program.ended('SIGTERM')
  })
}

export async function nameSteps(bed: Bed, random: Random, count: number): Promise<void> {
  await prove(`${count} odd names and ${attacks.length} attacks stay in their folder`, async () => {
    const top = bed.data('names')
    const data = bed.data('names/data')
    writeFileSync(join(top, 'outside'), 'kept')
    const { program, port } = await bed.server(data)
    const session = await bed.session(port)
    const kept = new Set<string>()
    const refused = new Set<string>()
    const tried = async (name: string): Promise<void> => {
      try {
        await put(session, name, Buffer.from('x'))
        kept.add(name)
        equal((await get(session, name)).toString(), 'x', `content of ${JSON.stringify(name)}`)
      } catch (error) {
        holds(
          error instanceof FileManagerError && error.errorCode === 'name',
          `${JSON.stringify(name)} is refused as a name`,
        )
        refused.add(name)
        const read = await get(session, name).catch(why => (why as FileManagerError).errorCode)
        equal(read, 'name', `reading ${JSON.stringify(name)}`)
      }
    }
    const names = [...attacks]
    while (names.length < count + attacks.length) names.push(oddName(random))
    for (let at = 0; at < names.length; at += 200) await Promise.all(names.slice(at, at + 200).map(tried))
    say(`${kept.size} names were kept, ${refused.size} refused`)
    holds(kept.size > count / 100 && refused.size > count / 100, 'there were enough of both')
    equal(
      [...kept].filter(name => whyNotName(name) !== undefined),
      [],
      'kept names that are bad',
    )
    equal(readdirSync(data).sort(), [...kept].sort(), 'what lies in the folder')
    equal(
      [readdirSync(top).sort(), readFileSync(join(top, 'outside'), 'utf8')],
      [['data', 'outside'], 'kept'],
      'around it',
    )
    figure('escapes', 0, { atMost: 0 }, 'names')
    await session.close()
    await program.ended('SIGTERM')
  })
}

/** How an honest client fares: one connection, a list, an upload; the slowest of `rounds`, in milliseconds. */
async function honest(bed: Bed, port: number, rounds: number): Promise<number[]> {
  const taken: number[] = []
  for (let round = 0; round < rounds; round++) {
    const began = performance.now()
    const session = await bed.session(port)
    await session.request({ type: 'list' })
    await put(session, `honest-${round}`, Buffer.from('x'))
    await session.close()
    taken.push(performance.now() - began)
  }
  return taken.sort((a, b) => a - b)
}

export async function lorisSteps(bed: Bed, sockets: number, rounds: number): Promise<void> {
  await prove(`${sockets} sockets that dawdle leave an honest client unharmed`, async () => {
    const { program, port } = await bed.server(bed.data('loris'))
    const alone = await honest(bed, port, rounds)
    let stopped = false
    const open = new Set<Socket>()
    const dawdle = async (way: number): Promise<void> => {
      while (!stopped) {
        const hello = controlFrame('hello', 0, { versions: [1], role: 'client', token: 'x'.repeat(64) })
        const socket =
          way === 0
            ? connectPlain({ host, port })
            : await dial({ host, port }, bed.made.authority).catch(() => undefined)
        if (socket === undefined) continue
        open.add(socket.on('error', () => undefined).resume())
        let at = 0
        const drip = setInterval(() => way === 2 && socket.write(hello.subarray(at, ++at)), 500)
        await new Promise(resolve => socket.once('close', resolve))
        clearInterval(drip)
        open.delete(socket)
        await new Promise(resolve => setTimeout(resolve, 50)) // the dawdler's own pace, and not something waited for
      }
    }
    const all = Promise.all(Array.from({ length: sockets }, (_, i) => dawdle(i % 3)))
    try {
      while (open.size < sockets / 3) await new Promise(resolve => setTimeout(resolve, 20))
      const among = await honest(bed, port, rounds)
      const middle = (sorted: number[]): number => sorted[Math.floor(sorted.length / 2)] ?? 0
      say(`honest rounds, alone: median ${middle(alone).toFixed(0)} ms, slowest ${alone.at(-1)?.toFixed(0)} ms`)
      say(
        `honest rounds, among ${sockets}: median ${middle(among).toFixed(0)} ms, slowest ${among.at(-1)?.toFixed(0)} ms`,
      )
      figure('failures of the honest client', rounds - among.length, { atMost: 0 }, 'rounds')
      figure('slowest honest round among dawdlers', among.at(-1) ?? 0, { atMost: 5000 }, 'ms')
      figure('memory with dawdlers', mostMemory(program), { atMost: 150 }, 'MB')
    } finally {
      stopped = true
      await program.ended('SIGKILL')
      for (const socket of open) socket.destroy()
    }
    await all
  })
}

import { once } from 'node:events'
import type { Socket } from 'node:net'
import { controlFrame } from '../protocol/frames.ts'
import { goodFrames, mutate } from './mutate.ts'
import type { Random } from './random.ts'

/** Of the frames of one connection, those that are changed. */
const share = 0.5

/** A changed length can make the server wait for more: then this side is the first to go, after so many milliseconds. */
const patience = 300

const pong = controlFrame('pong', 0)
const isPong = (chunk: Buffer): boolean => chunk.subarray(-pong.length).equals(pong)

/**
 * Sends one connection's worth of frames, many of them mutated, over a socket that is ready; how many were mutated. Ends
 * when the other side has closed: a server that leaves it open for ever makes this hang, and the test with it.
 */
export async function sendMutated(random: Random, socket: Socket, hello: object): Promise<number> {
  let mutated = 0
  const maybe = (frame: Buffer, chance: number): Buffer => {
    if (!random.chance(chance)) return frame
    mutated++
    return mutate(random, frame)
  }
  const frames = [maybe(controlFrame('hello', 0, hello), 0.1)]
  const requests = random.number(12) + 1
  for (let id = 1; id <= requests; id++) for (const frame of goodFrames(random, id)) frames.push(maybe(frame, share))
  frames.push(controlFrame('ping', 0))
  const closed = once(socket, 'close')
  // Some leave at once, some when all that they have said was heard, or the answer is that it made no sense.
  if (random.chance(0.7)) socket.on('data', chunk => isPong(chunk) && socket.end())
  socket.on('error', () => undefined)
  socket.resume()
  const all = Buffer.concat(frames)
  const cut = random.number(all.length)
  socket.write(all.subarray(0, cut))
  if (socket.listenerCount('data') > 0) socket.write(all.subarray(cut))
  else socket.end(all.subarray(cut))
  setTimeout(() => socket.end(), patience).unref()
  await closed
  return mutated
}

import { createSocket } from 'node:dgram'
import { setTimeout as limit } from 'node:timers'

const forwardLimitMs = 5000

/** Answers for the given names by IPv4 address, and passes every other question on to `beyond`. UDP, port 53. */
export async function serveDns(address: string, names: ReadonlyMap<string, string>, beyond: string): Promise<void> {
  const socket = createSocket('udp4')
  socket.on('message', (question, asker) => {
    const { name, end } = questionOf(question)
    const known = names.get(name)
    if (known !== undefined) return socket.send(answerTo(question, end, known), asker.port, asker.address)
    const forward = createSocket('udp4')
    const timer = limit(() => forward.close(), forwardLimitMs)
    forward.once('message', answer => {
      clearTimeout(timer)
      forward.close()
      socket.send(answer, asker.port, asker.address)
    })
    forward.send(question, 53, beyond)
  })
  await new Promise<void>((done, fail) => {
    socket.once('error', fail)
    socket.bind(53, address, done)
  })
}

/** The first question's name, and where the question ends (RFC 1035, 4.1.2). */
function questionOf(message: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  return { name: labels.join('.').toLowerCase(), end: at + 5 }
}

/** One A record; to a question of another type, that there is none of it. */
function answerTo(question: Buffer, end: number, address: string): Buffer {
  const isA = question.readUInt16BE(end - 4) === 1
  const head = Buffer.from(question.subarray(0, end))
  head.writeUInt16BE(0x8180, 2) // an answer, without error
  head.writeUInt16BE(isA ? 1 : 0, 6)
  head.writeUInt32BE(0, 8)
  if (!isA) return head
  const record = [0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)]
  return Buffer.concat([head, Buffer.from(record)])
}

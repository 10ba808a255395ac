import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { controlFrame, FrameReader } from '../protocol/frames.ts'
import { dataFrame } from './mutate.ts'
import { packOf, sha256, uploadRequest } from './transfer.ts'

/** A whole session as bytes: greeting, a list, an upload, a question, a pack, what else there is. */
export function sessionBytes(hello: object): Buffer {
  const content = Buffer.from('Este es el archivo de prueba 1')
  const upload = { ...uploadRequest('split', content), attempt: 'a'.repeat(32) }
  const { name, size, upload: mark } = upload
  const [made, packed] = packOf([
    ['packed', content],
    ['empty', Buffer.alloc(0)],
    ['../out', content],
  ])
  const pack = { ...made, attempt: 'b'.repeat(32) }
  return Buffer.concat([
    controlFrame('hello', 0, { versions: [1, 2], ...hello }),
    controlFrame('request', 1, { type: 'list' }),
    controlFrame('request', 2, upload),
    dataFrame(2, content),
    controlFrame('end', 2, { sha256: sha256(content) }),
    controlFrame('request', 3, { type: 'partial', name, size, upload: mark }),
    controlFrame('request', 5, pack),
    dataFrame(5, packed),
    controlFrame('request', 6, { type: 'fetch', names: ['missing'] }),
    controlFrame('ping', 0),
    controlFrame('request', 7, { type: 'download', name: '../split' }),
  ])
}

/** How many frames answer all of that. */
const answers = 9

/** What came back, in the order of its ids, when the session is sent in parts. Throws what the frame reader throws. */
export async function answersTo(socket: Socket, parts: readonly Buffer[]): Promise<string[]> {
  const heard: string[] = []
  const reader = new FrameReader({
    control: (kind, id) => heard.push(`${id} ${kind}`),
    data: id => heard.includes(`${id} data`) || heard.push(`${id} data`),
  })
  reader.greeted = true
  const complete = new Promise<void>((resolve, reject) => {
    socket.on('data', chunk => {
      reader.push(chunk)
      if (heard.length >= answers) resolve()
    })
    socket.on('close', () => reject(new Error(`it was closed after ${heard.join(', ')}`)))
  })
  for (const part of parts) {
    if (part.length > 0) await new Promise(resolve => socket.write(part, resolve))
    await turn() // the parts are to arrive as parts
  }
  await complete
  socket.destroy()
  return heard.sort()
}

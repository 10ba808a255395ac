/** What honest clients do: files of every size, and servers that are killed under them. */
import { createHash, randomBytes } from 'node:crypto'
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { peakMemory } from '../../../engine/process/peak-memory.ts'
import { sendRange } from '../../../images/file-manager/protocol/send-range.ts'
import type { Session } from '../../../images/file-manager/protocol/session.ts'
import type { Random } from '../../../images/file-manager/testing/random.ts'
import { get, packOf, put, sha256, uploadRequest } from '../../../images/file-manager/testing/transfer.ts'
import { equal, figure, holds, prove, say } from '../proof.ts'
import { type Bed, mostMemory } from './bed.ts'

const MiB = 2 ** 20

function makeFile(path: string, size: number): string {
  const hash = createHash('sha256')
  const block = randomBytes(Math.min(size, MiB))
  const fd = openSync(path, 'w')
  for (let at = 0; at < size; at += block.length) {
    const piece = block.subarray(0, Math.min(block.length, size - at))
    if (piece.length >= 8) piece.writeDoubleBE(at)
    writeSync(fd, piece)
    hash.update(piece)
  }
  closeSync(fd)
  return hash.digest('hex')
}

async function upload(session: Session, path: string, size: number, sum: string): Promise<void> {
  const fd = openSync(path, 'r')
  const request = { ...uploadRequest('sized', Buffer.alloc(0)), size, upload: sum }
  const stream = await session.openUpload(request)
  const read = async (buffers: readonly Buffer[], at: number): Promise<void> => {
    let place = at
    for (const buffer of buffers) place += readSync(fd, buffer, 0, buffer.length, place)
  }
  await sendRange(stream, read, 0, size, () => undefined)
  closeSync(fd)
  equal(await stream.finish(sum), { size, sha256: sum }, 'what the server has stored')
}

async function download(session: Session): Promise<string> {
  const hash = createHash('sha256')
  const stream = await session.openDownload({ type: 'download', name: 'sized' })
  for (let pieces = await stream.read(); pieces !== undefined; pieces = await stream.read())
    for (const piece of pieces) hash.update(piece)
  equal(stream.sha256, hash.copy().digest('hex'), 'sum that the server has sent')
  return hash.digest('hex')
}

export async function sizeSteps(bed: Bed): Promise<void> {
  await prove('files of every size arrive whole, both ways, in little memory', async () => {
    const { program, port } = await bed.server(bed.data('sizes'))
    const path = join(bed.folder, 'local')
    const session = await bed.session(port)
    for (const size of [0, 1, 65_535, 65_536, 65_537, MiB, 100 * MiB, 1024 * MiB]) {
      const sum = makeFile(path, size)
      await upload(session, path, size, sum)
      equal(await download(session), sum, `sum of ${size} bytes`)
      say(`${size} bytes there and back; the server has had ${mostMemory(program).toFixed(0)} MB`)
    }
    figure('memory of the server', mostMemory(program), { atMost: 150 }, 'MB')
    figure('memory of this client', peakMemory() / 2 ** 20, { atMost: 150 }, 'MB')
    await session.close()
    equal(await program.ended('SIGTERM'), 0, 'exit status of the server')
    rmSync(path)
    rmSync(join(bed.data('sizes'), 'sized'))
  })
}

export async function killSteps(bed: Bed, random: Random, kills: number): Promise<void> {
  await prove(`${kills} kills in the middle of uploads leave no part of a file visible`, async () => {
    const data = bed.data('kills')
    const acknowledged = new Map<string, string>()
    let cut = 0
    let resumed = 0
    for (let kill = 0; kill < kills; kill++) {
      const { program, port } = await bed.server(data)
      const session = await bed.session(port)
      const contents = [0, 1, 2].map(() => randomBytes(random.number(8 * MiB) + 100_000))
      const small = Array.from({ length: 20 }, (_, i) => [`small-${i}`, randomBytes(500)] as const)
      const uploads = [...contents.map((content, i) => [`large-${i}`, content] as const), ...small]
      const packed = Array.from({ length: 100 }, (_, i) => [`packed-${i}`, randomBytes(800)] as const)
      const begun = uploads.map(async ([name, content]) => {
        await put(session, name, content)
        acknowledged.set(name, sha256(content))
      })
      const packs = [0, 1].map(async half => {
        const files = packed.slice(half * 50, half * 50 + 50)
        const { failed } = await session.pack(...packOf(files))
        equal(failed, [], 'failures in a pack')
        for (const [name, content] of files) acknowledged.set(name, sha256(content))
      })
      const settled = Promise.allSettled([...begun, ...packs])
      const when = random.number(120)
      await new Promise(resolve => setTimeout(resolve, when)) // when the kill comes is what is being tried
      await program.ended('SIGKILL')
      const failed = (await settled).filter(({ status }) => status === 'rejected').length
      if (failed > 0) cut++
      for (const [name, content] of packed) {
        const now = existsSync(join(data, name)) ? sha256(readFileSync(join(data, name))) : undefined
        isWhole(name, now, acknowledged, content)
        if (now !== undefined) acknowledged.set(name, now)
      }
      resumed += await checkAfter(bed, data, acknowledged, uploads)
    }
    say(`${cut} of ${kills} kills met uploads under way; ${resumed} were gone on with where they were cut off`)
    holds(cut > kills / 2 && resumed > 0, 'most kills met uploads, and some could be gone on with')
    figure('files seen in part, or lost after they were acknowledged', 0, { atMost: 0 }, 'files')
  })
}

/** One that was cut off in its last moment may stand there whole: nobody was told that it does not. */
function isWhole(
  name: string,
  now: string | undefined,
  acknowledged: ReadonlyMap<string, string>,
  content: Buffer,
): void {
  holds(
    now === acknowledged.get(name) || now === sha256(content),
    `${name} is what was acknowledged last, or what was being uploaded`,
  )
}

/** By another server on the same folder: what was acknowledged is there, and nothing is there in part. */
async function checkAfter(
  bed: Bed,
  data: string,
  acknowledged: Map<string, string>,
  uploads: readonly (readonly [string, Buffer])[],
): Promise<number> {
  const { program, port } = await bed.server(data)
  const session = await bed.session(port)
  const visible = readdirSync(data).filter(name => !name.startsWith('.andamio-partial-'))
  equal(
    (await session.request({ type: 'list' })).files.map(({ name }) => name),
    visible.sort(),
    'what is listed',
  )
  let resumed = 0
  for (const [name, content] of uploads) {
    const sum = sha256(content)
    const now = visible.includes(name) ? sha256(await get(session, name)) : undefined
    isWhole(name, now, acknowledged, content)
    const { offset } = await session.request({ type: 'partial', name, size: content.length, upload: sum })
    const prefix = { offset, prefix: sha256(content.subarray(0, offset)) }
    await put(session, name, content, offset > 0 ? prefix : {})
    if (offset > 0) resumed++
    acknowledged.set(name, sum)
    equal(sha256(await get(session, name)), sum, `sum of ${name}`)
  }
  await session.close()
  await program.ended('SIGTERM')
  return resumed
}

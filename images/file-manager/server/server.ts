import { randomBytes } from 'node:crypto'
import { authorize } from '../program/authorize.ts'
import { type Log, quoted } from '../program/log.ts'
import { described } from '../program/program.ts'
import type { Address } from '../protocol/dial.ts'
import { FileManagerError } from '../protocol/errors.ts'
import type { AnyExchange, Exchange } from '../protocol/exchange.ts'
import type { Guest } from '../protocol/guest.ts'
import { packLimits } from '../protocol/limits.ts'
import { checkName } from '../protocol/names.ts'
import { type Listening, type ServeOptions, serve } from '../protocol/serve.ts'
import { storageError } from './disk.ts'
import { sendFiles } from './fetch.ts'
import { openHealthPort } from './health-port.ts'
import { receivePack } from './pack.ts'
import { writerOf } from './partials.ts'
import { Readiness } from './readiness.ts'
import { receiveUpload } from './receive.ts'
import { Registration } from './registration.ts'
import { sendFile } from './send.ts'
import { Storage } from './storage.ts'

export interface ServerOptions extends ServeOptions {
  /** Undefined for a server that nobody is told of. */
  readonly broker: Address | undefined
  /** This server's name in logs and at the broker, and where it is, for the broker's log. */
  readonly id: string
  readonly address: string
  readonly data: string
  /** Requests that one connection may have open. */
  readonly requests: number
  /** Bytes of one file, and of all together. */
  readonly mostOfFile: number
  readonly mostOfAll: number
  /** Where to tell without ceremony whether the storage answers; undefined: nowhere. */
  readonly health?: { readonly host?: string; readonly port: number } | undefined
  readonly log: Log
}

const { open, openAtLeast, openOfAll } = packLimits
const sweepEvery = 10 * 60_000
const countEvery = 60_000
/** Names in one page of a list when the client does not say. */
const page = 500

/** Keeps files in one folder and lets clients list, upload and download them. */
export async function startServer(options: ServerOptions): Promise<Listening> {
  const { log, credentials, id } = options
  const storage = new Storage(options.data, options.mostOfAll)
  const readiness = new Readiness(() => storage.answers(), log)
  await readiness.start()
  const health = options.health && (await openHealthPort(options.health, readiness))
  const listening = await serve(options, {
    role: 'server',
    name: id,
    requests: options.requests,
    packs: guests => Math.max(openAtLeast, Math.min(open, Math.floor(openOfAll / guests))),
    admit: guest => {
      authorize(guest, credentials, ['client'])
      readiness.check()
      if (guest.hello?.role === 'client') log(`client connected from ${guest.peer}`)
    },
    answer: async (exchange, guest) => {
      try {
        log(`${guest.peer} ${await answer(exchange, guest, storage, options)}`)
      } catch (error) {
        const { type, request } = exchange
        const told = storageError(error)
        log(`${guest.peer} ${type}${'name' in request ? ` ${quoted(request.name)}` : ''} failed: ${described(told)}`)
        throw told
      }
    },
    report: error => log(described(error)),
  })
  log(`server ${id} started, listening on ${listening.port}`)
  const chores = [
    setInterval(() => void sweep(storage, log), sweepEvery),
    setInterval(() => void storage.quota.count().catch(error => log(described(storageError(error)))), countEvery),
  ]
  if (readiness.why === undefined) void sweep(storage, log)
  const registration =
    options.broker && new Registration({ broker: options.broker, credentials, id, address: options.address, log })
  return {
    port: listening.port,
    guests: listening.guests,
    close: async grace => {
      for (const chore of chores) clearInterval(chore)
      readiness.stop()
      health?.close()
      await registration?.stop()
      await listening.close(grace)
      storage.close()
    },
  }
}

async function sweep(storage: Storage, log: Log): Promise<void> {
  try {
    const swept = await storage.partials.sweep(Date.now())
    if (swept > 0) log(`removed ${swept} uploads that nobody has gone on with`)
  } catch (error) {
    log(described(storageError(error)))
  }
}

/** Does what was asked; the line of the log that tells of it. */
async function answer(exchange: AnyExchange, guest: Guest, storage: Storage, options: ServerOptions): Promise<string> {
  if (exchange.type === 'list') {
    const { after, limit = page } = exchange.request
    const listed = await storage.list(after, limit)
    exchange.respond(listed)
    return `list: ${listed.files.length} files`
  }
  if (exchange.type === 'partial') {
    const { name, upload } = exchange.request
    const found = await storage.partials.longest(writer(guest, name), upload)
    exchange.respond({ offset: Math.min(found?.size ?? 0, exchange.request.size) })
    return `partial ${quoted(name)}: ${found?.size ?? 0} bytes`
  }
  if (exchange.type === 'pack')
    return oneOfFew(guest, () => receivePack(storage, exchange, clientOf(guest), options.mostOfFile))
  if (exchange.type === 'fetch') return oneOfFew(guest, () => sendFiles(storage, exchange))
  if (exchange.type === 'upload') return upload(exchange, guest, storage, options.mostOfFile)
  if (exchange.type === 'download') {
    const name = checkName(exchange.request.name)
    return `download ${quoted(name)}: sent ${await sendFile(storage, exchange, name)} bytes`
  }
  throw new FileManagerError('unauthorized', `a server is not asked to ${exchange.type}`)
}

async function upload(exchange: Exchange<'upload'>, guest: Guest, storage: Storage, most: number): Promise<string> {
  const { size, offset, prefix, upload, attempt } = exchange.request
  const name = checkName(exchange.request.name)
  if (size > most) throw new FileManagerError('too-big', `a file may have ${most} bytes, and this one has ${size}`)
  if (offset > size || (offset > 0 && prefix === undefined))
    throw new FileManagerError('bad-message', 'an upload that goes on says from where, and after what')
  await storage.quota.reserve(size)
  let kept = 0
  try {
    const sha256 = await receiveUpload(storage, exchange, { writer: writer(guest, name), upload, attempt }, name)
    kept = size
    exchange.respond({ size, sha256 })
  } finally {
    storage.quota.release(size, kept)
  }
  return `upload ${quoted(name)}: ${size} bytes stored`
}

/** A client that does not say who it is cannot resume. */
const clientOf = (guest: Guest): string => guest.hello?.client ?? randomBytes(16).toString('hex')

const writer = (guest: Guest, name: string): string => writerOf(clientOf(guest), checkName(name))

const packsOf = new WeakMap<Guest, number>()

/** Each of these holds more memory than other requests do. */
async function oneOfFew(guest: Guest, act: () => Promise<string>): Promise<string> {
  const now = packsOf.get(guest) ?? 0
  if (now >= guest.packs) throw new FileManagerError('busy', `more than ${guest.packs} packs at once`)
  packsOf.set(guest, now + 1)
  try {
    return await act()
  } finally {
    packsOf.set(guest, (packsOf.get(guest) ?? 1) - 1)
  }
}

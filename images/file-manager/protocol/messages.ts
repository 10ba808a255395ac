import { isUtf8 } from 'node:buffer'
import * as z from 'zod'
import { errorCodes, FileManagerError } from './errors.ts'
import { packLimits, smallUpload } from './limits.ts'

/** The shapes of all JSON that travels. Fields that are not known are passed over, so that later versions may add some. */

const size = z.int().min(0).max(Number.MAX_SAFE_INTEGER)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const key = z.string().regex(/^[0-9a-f]{32}$/)
/** Checked by `checkName` where it is used: there, with an error that says what is wrong with it. */
const name = z.string()
const cutOff = z.object({ upload: sha256, attempt: key })
/** Host names and addresses, with or without a port. */
const address = z.string().regex(/^[A-Za-z0-9.:[\]_%-]{1,255}$/)

export const hello = z.object({
  versions: z.array(z.int()).min(1).max(16),
  role: z.enum(['client', 'server', 'health']),
  token: z.string().max(512).optional(),
  /** The host that was dialled, as HTTP's Host. */
  host: address.optional(),
  /** Who uploads: 128 bits that stay the same for one user of one machine. */
  client: key.optional(),
})

export const welcome = z.object({
  version: z.int(),
  role: z.enum(['broker', 'server']),
  /** Of the answering program's host. */
  name: z.string().max(255),
  /** Requests that may be open at once on this connection. */
  requests: z.int().min(1).max(1024),
  /** The same of packs and fetches together. */
  packs: z.int().min(1).max(1024).optional(),
})

export const requests = {
  locate: z.object({ type: z.literal('locate') }),
  register: z.object({ type: z.literal('register'), id: address, address }),
  heartbeat: z.object({ type: z.literal('heartbeat') }),
  list: z.object({ type: z.literal('list'), after: name.optional(), limit: z.int().min(1).max(1000).optional() }),
  partial: z.object({ type: z.literal('partial'), name, size, upload: sha256 }),
  upload: z.object({
    type: z.literal('upload'),
    name,
    size,
    /** What is uploaded: equal for two attempts at the same file, and for them only. */
    upload: sha256,
    /** Random, new for each attempt. */
    attempt: key,
    /** Where the data begin; more than 0 goes on with what an earlier attempt left. */
    offset: size,
    /** Of the bytes before `offset`. */
    prefix: sha256.optional(),
    /** Attempts of this client at the same name that were cut off: they must not come into effect any more. */
    replaces: z.array(cutOff).max(8).optional(),
  }),
  /** Many small uploads; their contents follow, one after the other. Since version 2. */
  pack: z.object({
    type: z.literal('pack'),
    attempt: key,
    files: z
      .array(
        z.object({
          name,
          size: z.int().min(0).max(smallUpload),
          sha256,
          replaces: z.array(cutOff).max(8).optional(),
        }),
      )
      .min(1)
      .max(packLimits.files),
  }),
  download: z.object({ type: z.literal('download'), name, offset: size.optional(), prefix: sha256.optional() }),
  /** Many small downloads; records of them follow, then the response. Since version 2. */
  fetch: z.object({ type: z.literal('fetch'), names: z.array(name).min(1).max(packLimits.files) }),
} as const

export const fileEntry = z.object({ name, size, modified: z.number() })
export const errorBody = z.object({ code: z.enum(errorCodes).catch('internal'), message: z.string().max(2000) })

export const responses = {
  locate: z.object({ host: address, port: z.int().min(1).max(65535) }),
  register: z.object({}),
  heartbeat: z.object({}),
  list: z.object({ files: z.array(fileEntry).max(1000), next: name.optional() }),
  partial: z.object({ offset: size }),
  upload: z.object({ size, sha256 }),
  /** All others stand whole and durable under their names. `file` counts from 0, in the order of the request. */
  pack: z.object({
    failed: z
      .array(
        errorBody.extend({
          file: z
            .int()
            .min(0)
            .max(packLimits.files - 1),
        }),
      )
      .max(packLimits.files),
  }),
  /** `offset` is 0 when the prefix is not that of the file as it is now. */
  download: z.object({ size, modified: z.number(), offset: size }),
  fetch: z.object({}),
} as const

export const end = z.object({ sha256 })
/** What a record of a `fetch` begins with: what follows, or why nothing does. */
export const recordHead = z.union([
  z.object({ size: z.int().min(0).max(smallUpload), modified: z.number(), sha256 }),
  errorBody,
])

export type Hello = z.infer<typeof hello>
export type Welcome = z.infer<typeof welcome>
export type RequestType = keyof typeof requests
export type RequestOf<T extends RequestType> = z.infer<(typeof requests)[T]>
export type ResponseOf<T extends RequestType> = z.infer<(typeof responses)[T]>
export type AnyRequest = { [T in RequestType]: RequestOf<T> }[RequestType]
export type RecordHead = z.infer<typeof recordHead>
export type PackEntry = RequestOf<'pack'>['files'][number]
export type FileEntry = z.infer<typeof fileEntry>

export const anyRequest = z.discriminatedUnion('type', [
  requests.locate,
  requests.register,
  requests.heartbeat,
  requests.list,
  requests.partial,
  requests.upload,
  requests.pack,
  requests.download,
  requests.fetch,
])

/** Reads a payload as what `shape` describes. Throws `bad-message`. */
export function parse<T>(shape: z.ZodType<T>, payload: Buffer, what: string): T {
  const read = shape.safeParse(json(payload, what))
  if (read.success) return read.data
  const [issue] = read.error.issues
  const place = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`
  throw new FileManagerError('bad-message', `a ${what} is not of its shape${place}: ${issue?.message}`)
}

function json(payload: Buffer, what: string): unknown {
  try {
    if (isUtf8(payload)) return JSON.parse(payload.toString())
  } catch {
    // said below, in one way for both
  }
  throw new FileManagerError('bad-message', `a ${what} is not JSON`)
}

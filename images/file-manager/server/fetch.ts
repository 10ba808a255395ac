import type { FileManagerError } from '../protocol/errors.ts'
import type { Exchange } from '../protocol/exchange.ts'
import { smallUpload } from '../protocol/limits.ts'
import { record } from '../protocol/records.ts'
import { storageError } from './disk.ts'
import type { Storage } from './storage.ts'

/** Of one job of a thread: files, and bytes after which it stops. */
const together = { files: 64, bytes: 64 * 1024 }

/**
 * Many small downloads: a record of each, in the order in which they were asked for. What cannot be sent is told in its
 * place and harms no other. Settles with the line of the log that tells of it.
 */
export async function sendFiles(storage: Storage, exchange: Exchange<'fetch'>): Promise<string> {
  const { names } = exchange.request
  let [bytes, failed] = [0, 0]
  for (let next = 0; next < names.length; ) {
    exchange.throwIfCancelled()
    await storage.lanes.room()
    const refused: (FileManagerError | undefined)[] = []
    const paths = names.slice(next, next + together.files).map((name, i) => {
      try {
        return storage.path(name)
      } catch (error) {
        refused[i] = storageError(error)
        return ''
      }
    })
    const { files, content } = await storage.lanes.run('read', { paths, largest: smallUpload, enough: together.bytes })
    next += files.length
    let at = 0
    const records = files.flatMap((file, i) => {
      if ('code' in file) return [failure(refused[i] ?? storageError(file))]
      at += file.size
      return [record(file), content.subarray(at - file.size, at)]
    })
    failed += files.filter(file => 'code' in file).length
    const stream = Buffer.concat(records)
    bytes += stream.length
    await exchange.outgoing.write(stream)
  }
  exchange.respond({})
  return `fetch: sent ${names.length - failed} files, ${bytes} bytes${failed > 0 ? `, ${failed} failed` : ''}`
}

const failure = ({ errorCode, message }: FileManagerError): Buffer => record({ code: errorCode, message })

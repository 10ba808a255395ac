import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Json } from '../../report/events.ts'
import { type Answer, absent } from '../../resource/resource.ts'

export type Recorded = Readonly<Record<string, Answer<Json>>>

const hostMark = '{host}'
/** A host's name alone on a line, as /etc/hostname has it, where a probe tells content by its SHA-256. */
const nameHashMark = '{sha256 of host}'

const nameHash = (host: string): string => `sha256:${createHash('sha256').update(`${host}\n`).digest('hex')}`

/** One host's answer with its name taken out, so that it stands for any. Names and hashes stand alone in a string. */
export function withoutName<T>(value: T, host: string): T {
  return mapStrings(value, text =>
    text === nameHash(host)
      ? nameHashMark
      : text === host
        ? hostMark
        : text.replace(new RegExp(` ${host}$`), ` ${hostMark}`),
  )
}

export function withName<T>(value: T, host: string): T {
  return mapStrings(value, text => text.replaceAll(nameHashMark, nameHash(host)).replaceAll(hostMark, host))
}

function mapStrings<T>(value: T, map: (text: string) => string): T {
  const mapped = (part: unknown): unknown => {
    if (typeof part === 'string') return map(part)
    if (Array.isArray(part)) return part.map(mapped)
    if (part === null || typeof part !== 'object') return part
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, mapped(inner)]))
  }
  return mapped(value) as T
}

export const keyOf = (kind: string, id: string): string => `${kind} ${id}`

let recorded: Recorded | undefined

/**
 * What a resource's probe answers on the first boot of the base image, as `npm run e2e:pristine` has recorded it: with it
 * `--check` can say what would be done on a host that does not exist yet.
 */
export function pristineAnswer(host: string, kind: string, id: string): Answer<Json> | undefined {
  recorded ??= JSON.parse(readFileSync(new URL('./pristine.json', import.meta.url), 'utf8')) as Recorded
  const answer = recorded[withoutName(keyOf(kind, id), host)] ?? answerOfPath(kind, id, recorded)
  return answer && withName(answer, host)
}

/** Their whole content is recorded, as `folder PATH`: what is not in them is not there. */
export const listedFolders = ['/', '/home', '/media', '/mnt', '/opt', '/srv', '/var'] as const

/** Paths are the inventory's to choose. What is known of one that nobody has asked for. */
function answerOfPath(kind: string, path: string, recorded: Recorded): Answer<Json> | undefined {
  if (!['directory', 'file', 'symlink', 'nfs-export'].includes(kind) || !isMissing(path, recorded)) return undefined
  if (kind !== 'nfs-export') return absent
  // A host without an NFS server exports none of its folders.
  return Object.entries(recorded).find(([key]) => key.startsWith('nfs-export '))?.[1]
}

function isMissing(path: string, recorded: Recorded): boolean {
  let folder = '/'
  for (const name of path.split('/').slice(1)) {
    const names = recorded[keyOf('folder', folder)]
    if (names?.is !== 'present') return false
    if (!(names.state as readonly string[]).includes(name)) return true
    folder = folder === '/' ? `/${name}` : `${folder}/${name}`
  }
  return false
}

import { createHash } from 'node:crypto'

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

/** By which a resource's answer is recorded. */
export const keyOf = (kind: string, id: string): string => `${kind} ${id}`

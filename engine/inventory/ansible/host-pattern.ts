import { isIPv6 } from 'node:net'
import { expandRange } from '../names.ts'
import { ansibleError } from './failure.ts'

/** `www[01:50].example.com:2222` as hosts and their port. */
export function hostsOf(pattern: string, place: string): { readonly names: readonly string[]; readonly port?: number } {
  const { name, port } = withoutPort(pattern)
  if (/:$/.test(pattern) && !isIPv6(pattern))
    throw ansibleError(place, `${pattern} ends in a colon: behind it a port is missing`)
  if (name === '---') throw ansibleError(place, '--- begins YAML: name the file .yaml')
  if (isIPv6(name)) return { names: [name], ...(port === undefined ? {} : { port }) }
  const names = expandRange(name.replace(/\[:/g, '[0:'))
  if (typeof names === 'string') throw ansibleError(place, `${name}: ${names}`)
  for (const one of names) refuseOddName(one, place)
  return { names, ...(port === undefined ? {} : { port }) }
}

function withoutPort(pattern: string): { name: string; port?: number } {
  const [, name, port] =
    pattern.match(/^\[([^[\]]+)\]:(\d+)$/) ?? pattern.match(/^((?:[^:[\]]|\[[^[\]]*\])+):(\d+)$/) ?? []
  return name === undefined || isIPv6(pattern) ? { name: pattern } : { name, port: Number(port) }
}

function refuseOddName(name: string, place: string): void {
  if (name === '' || /[\s\p{Cc}]/u.test(name)) throw ansibleError(place, `${JSON.stringify(name)} is no name of a host`)
}

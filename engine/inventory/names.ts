/**
 * Names reach templates, shells, file names and DNS. They are held to the strictest of these here, at the gate, so that
 * nothing further in has to ask.
 */
export interface NameRule {
  readonly pattern: RegExp
  readonly what: string
}

export const labName: NameRule = {
  pattern: /^[a-z][a-z0-9-]{0,19}$/,
  what: 'a lab name: up to 20 lower-case letters, digits and hyphens, a letter first',
}
/** A DNS label, so that the name can be the machine's hostname. */
export const hostName: NameRule = {
  pattern: /^(?!localhost$)[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
  what: 'a host name: lower-case letters, digits and hyphens, a letter first, at most 63, not localhost',
}
export const groupName: NameRule = {
  pattern: /^(?!all$)[a-z][a-z0-9-]{0,39}$/,
  what: 'a group name: lower-case letters, digits and hyphens, a letter first, at most 40; `all` is every host',
}

/** A lab is five hosts, a large one fifty. More is a slip of the keyboard, and in a cloud an expensive one. */
export const MAX_HOSTS = 250

/** Whether what stands under `hosts:` names hosts at all. */
export function namesHosts(key: string): boolean {
  const names = expandRange(key)
  return typeof names !== 'string' && names.every(name => hostName.pattern.test(name))
}

/**
 * `worker[1:3]` -> worker1, worker2, worker3; `w[01:10]-a` keeps the zeros. A name without a range is itself. Gives a
 * sentence where the range makes no sense.
 */
export function expandRange(name: string): readonly string[] | string {
  const range = /^([^[\]]*)\[(\d{1,4}):(\d{1,4})\]([^[\]]*)$/.exec(name)
  if (range === null) return /[[\]]/.test(name) ? 'a range is written name[1:3]' : [name]
  const [, before = '', from = '', to = '', behind = ''] = range
  const [first, last] = [Number(from), Number(to)]
  if (last < first) return `the range runs backwards: ${from} is more than ${to}`
  if (last - first >= MAX_HOSTS) return `more than ${MAX_HOSTS} hosts`
  const width = from.startsWith('0') ? from.length : 0
  return Array.from(
    { length: last - first + 1 },
    (_, i) => `${before}${String(first + i).padStart(width, '0')}${behind}`,
  )
}

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
/** Of hosts that are there already, as many as `npm run bench:scale` has measured. */
export const MAX_STANDING_HOSTS = 1000

/** Whether what stands under `hosts:` names hosts at all. */
export function namesHosts(key: string): boolean {
  const names = expandRange(key)
  return typeof names !== 'string' && names.every(name => hostName.pattern.test(name))
}

/**
 * `worker[1:3]` -> worker1, worker2, worker3; `w[01:10]-a` keeps the zeros, `w[1:9:2]` takes steps, `[a:f]` counts in
 * letters; of several ranges the last runs fastest. Text without a range is itself. Gives a sentence where the range
 * makes no sense.
 */
export function expandRange(text: string): readonly string[] | string {
  const [, before = '', inside, behind = ''] = /^([^[\]]*)\[([^[\]]*)\](.*)$/s.exec(text) ?? []
  if (inside === undefined) return /[[\]]/.test(text) ? 'a range is written name[1:3]' : [text]
  const [steps, rest] = [stepsOf(inside), expandRange(behind)]
  if (typeof steps === 'string') return steps
  if (typeof rest === 'string') return rest
  if (steps.length * rest.length > MAX_STANDING_HOSTS) return tooMany
  return steps.flatMap(step => rest.map(end => `${before}${step}${end}`))
}

/** Of a lab that is to be made, fewer are too many: that is told of the lab as a whole. */
const tooMany = `more than ${MAX_STANDING_HOSTS} hosts`

function stepsOf(range: string): readonly string[] | string {
  const [, from = '', to = '', by = '1'] =
    /^(\d{1,9}|[a-z]|[A-Z]):(\d{1,9}|[a-z]|[A-Z])(?::(\d{1,9}))?$/.exec(range) ?? []
  const inLetters = /^[a-z]+$/i.test(from)
  if (from === '' || inLetters !== /^[a-z]$/i.test(to) || Number(by) === 0) return 'a range is written name[1:3]'
  const [first, last] = inLetters ? [from.charCodeAt(0), to.charCodeAt(0)] : [Number(from), Number(to)]
  if (last < first) return `the range runs backwards: ${from} is more than ${to}`
  const length = Math.floor((last - first) / Number(by)) + 1
  if (length > MAX_STANDING_HOSTS) return tooMany
  const width = from.startsWith('0') ? from.length : 0
  const shown = (n: number) => (inLetters ? String.fromCharCode(n) : String(n).padStart(width, '0'))
  return Array.from({ length }, (_, i) => shown(first + i * Number(by)))
}

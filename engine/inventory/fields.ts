import { isIP } from 'node:net'
import * as z from 'zod'
import { expandRange } from './names.ts'

/** Fields that inventories are made of. Each says what it expects in words that complete "expected ...". */

const matching = (what: string, pattern: RegExp) => z.string({ error: what }).regex(pattern, { error: what })

/** Only these keys. An unknown key's error lists them, so that a slip can be matched against them. */
export const only = <Shape extends z.ZodRawShape>(what: string, shape: Shape) =>
  z.strictObject(shape, {
    error: issue => (issue.code === 'unrecognized_keys' ? `known here: ${Object.keys(shape).join(', ')}` : what),
  })

export const listOf = <T extends z.ZodType>(what: string, item: T) => z.array(item, { error: `a list of ${what}` })

export const oneOf = <const Names extends readonly string[]>(names: Names) =>
  z.enum(names, { error: `one of ${names.join(', ')}` })

/** `512M`, `3G`: the form that Linux, Multipass and User Mode Linux all read. */
export const memory = matching('a size in M or G such as 512M or 3G', /^[1-9]\d{0,5}[MG]$/)
export const whole = (what: string, least: number, most: number) => {
  const error = `${what}, a whole number from ${least} to ${most}`
  return z.int({ error }).min(least, { error }).max(most, { error })
}
export const usd = z
  .number({ error: 'an amount of USD such as 0.5' })
  .positive({ error: 'an amount of USD such as 0.5' })
export const cpus = whole('a number of processors', 1, 128)
export const port = whole('a TCP port', 1, 65535)
export const yesOrNo = z.boolean({ error: 'true or false' })

/** A name of ssh's may be as short as a label. Never begins with a hyphen, so that no program takes it for an option. */
const hostname = /^[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,251}[a-zA-Z0-9])?$/
const addressWhat = 'an IP address or DNS name, with neither user nor port'
/** Of numbers between dots nobody is called. */
const isAddress = (text: string): boolean => isIP(text) !== 0 || (hostname.test(text) && !/^[\d.]+$/.test(text))
/** IPv4, IPv6 or a name. */
export const address = z.string({ error: addressWhat }).refine(isAddress, { error: addressWhat })
export const ipv4 = z.ipv4({ error: 'an IPv4 address such as 10.20.0.11' })
/** One for each host of a range: `10.20.0.[11:13]`. */
const each = (what: string, one: z.ZodType) =>
  z.string({ error: what }).refine(
    text => {
      const all = expandRange(text)
      return typeof all !== 'string' && all.every(item => one.safeParse(item).success)
    },
    { error: what },
  )
export const addresses = each(addressWhat, address)
export const ipv4s = each('an IPv4 address such as 10.20.0.11', ipv4)
export const cidr = z.cidrv4({
  error: ({ input }) =>
    z.ipv4().safeParse(input).success
      ? `an IPv4 network (${input}/32 for that one address)`
      : 'an IPv4 network such as 10.20.0.0/24',
})
export const user = matching('a login name', /^[a-z_][a-z0-9_-]{0,31}$/)
/** A path on this machine; `~/` and relative ones are the provider's to resolve. */
export const file = matching('a path', /^(?!-)[^\n\t]{1,1024}$/)
export const word = matching(
  'a name of letters, digits, dots and hyphens, in quotes where it is a number',
  /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/,
)
export const box = matching('a box such as debian/bookworm64', /^[a-zA-Z0-9][\w.-]{0,62}(?:\/[\w.-]{1,63})?$/)
/** `user@bastion:22`, outermost first. */
export const jump = listOf(
  'jump hosts such as [admin@bastion.example], outermost first',
  matching(
    'a jump host such as admin@bastion.example:22',
    /^(?:[a-z_][a-z0-9_-]{0,31}@)?[a-zA-Z0-9][a-zA-Z0-9.-]*(?::\d{1,5})?$/,
  ),
)

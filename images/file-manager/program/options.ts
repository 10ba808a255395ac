import { parseArgs } from 'node:util'
import { parseAddress } from '../protocol/dial.ts'

/** A flag takes a value, except where its default is a boolean. Values are as given; `number` reads one. */
export type Flags = Readonly<Record<string, string | boolean>>

export class UsageError extends Error {}

/** Flags over their defaults, and what is not a flag. Throws `UsageError` for what is not known. */
export function readArguments<T extends Flags>(args: readonly string[], defaults: T) {
  try {
    const options = Object.fromEntries(
      Object.entries(defaults).map(([name, value]) => [
        name,
        typeof value === 'boolean' ? { type: 'boolean' as const } : { type: 'string' as const },
      ]),
    )
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    return {
      flags: { ...defaults, ...values } as { [K in keyof T]: T[K] extends boolean ? boolean : string },
      positionals,
    }
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

const factors: Readonly<Record<string, number>> = { '': 1, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 }

/** A whole number, with Ki, Mi, Gi or Ti. */
export function number(name: string, text: string): number {
  const match = /^([0-9]{1,15})(Ki|Mi|Gi|Ti)?$/.exec(text)
  const value = Number(match?.[1]) * (factors[match?.[2] ?? ''] ?? 1)
  if (!match || !Number.isSafeInteger(value))
    throw new UsageError(`--${name} takes a number such as 512 or 4Gi, not ${text}`)
  return value
}

export function address(what: string, text: string, port: number): { host: string; port: number } {
  const read = parseAddress(text, port)
  if (read === undefined) throw new UsageError(`${what} is HOST or HOST:PORT, not ${text}`)
  return read
}

/** `PORT` or `HOST:PORT`, to listen on; without a host, on all addresses. */
export function listenAddress(text: string): { host?: string; port: number } {
  if (/^[0-9]{1,5}$/.test(text) && Number(text) <= 65535) return { port: Number(text) }
  const match = /^(.+):([0-9]{1,5})$/.exec(text)
  const read = match && parseAddress(match[1] ?? '', 1)
  const port = Number(match?.[2])
  if (!read || port > 65535) throw new UsageError(`--listen takes PORT or HOST:PORT, not ${text}`)
  return { host: read.host, port }
}

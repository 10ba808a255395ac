import { isIPv4 } from 'node:net'
import * as z from 'zod'
import { oddAnswer } from '../tool/call-tool.ts'
import { multipass } from './tool.ts'

/** How Multipass has one of its instances. */
export interface Instance {
  readonly name: string
  /** In lower case, for its tables and its JSON differ in that: `running`, `delayed shutdown`. */
  readonly state: string
  /** The one that it was given first, then those of what runs within, such as bridges of pods. */
  readonly addresses: readonly string[]
}

const shape = z.object({
  list: z.array(z.object({ name: z.string(), state: z.string(), ipv4: z.array(z.string()).default([]) })),
})

/** `multipass list --format json`, by name. Throws `tool-answer-odd`. */
export function readInstances(text: string): ReadonlyMap<string, Instance> {
  const { list } = readAnswer(text, ['list'], shape)
  return new Map(
    list.map(({ name, state, ipv4 }) => [
      name,
      // Some versions write N/A where there is no address.
      { name, state: state.toLowerCase(), addresses: ipv4.filter(isIPv4) },
    ]),
  )
}

/** JSON of a known shape; what more it holds is nobody's matter. Throws `tool-answer-odd`, which shows it. */
export function readAnswer<T>(text: string, args: readonly string[], shape: z.ZodType<T>): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw oddAnswer(multipass, args, `it is no JSON: ${(error as Error).message}`, text)
  }
  const result = shape.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const path = issue?.path.join('.') || 'the whole'
  throw oddAnswer(multipass, args, `${path}: ${issue?.message ?? 'of another shape'}`, text)
}

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import * as z from 'zod'
import { AndamioError, type ExitCode, exitCode, usageError } from '../../engine/errors.ts'
import { type Asked, commandFor, wordsOf } from '../../engine/inventory/command-for.ts'
import type { Options } from '../../engine/play/options.ts'
import type { Json, Reporter } from '../../engine/report/events.ts'
import { PlanCollector, planFormat } from '../../engine/report/plan.ts'
import { counted } from '../../engine/report/text.ts'
import type { Ref } from '../../engine/resource/resource.ts'
import { differences } from './plan-differences.ts'

const name = { host: z.string(), role: z.string(), kind: z.string(), id: z.string() }
const asked = z.strictObject({
  inventory: z.string(),
  limit: z.string().optional(),
  source: z.enum(['mirror', 'upstream']).optional(),
  takeOver: z.array(z.string()),
  pruneData: z.boolean(),
})
const shape = z.strictObject({
  format: z.literal(planFormat),
  madeAt: z.string(),
  asked,
  playbook: z.string(),
  lab: z.string(),
  hosts: z.array(z.string()),
  changes: z.array(z.strictObject({ ...name, attribute: z.string(), before: z.json(), after: z.json() })),
  unknown: z.array(z.strictObject({ ...name, why: z.string() })),
})

export type PlanFile = z.infer<typeof shape>

/** What a run was asked for, to be kept in its plan: whoever carries it out may do so from another folder. */
export function askedFor({ inventory, limit, source, takeOver, pruneData }: Options): Json {
  const isPath = /[/\\]|\.ya?ml$/.test(inventory)
  return {
    inventory: isPath ? resolve(inventory) : inventory,
    ...(limit === undefined ? {} : { limit }),
    ...(source === undefined ? {} : { source }),
    ...{ takeOver: [...takeOver], pruneData },
  }
}

/** Throws `plan-unreadable` (exit 64) for what is no plan of this playbook. */
export async function readPlan(file: string, playbook: string): Promise<PlanFile> {
  // What cannot be read does not say which lab it is of: a command that names none would be the default lab's.
  const refuse = (cause: string, asked: Asked = { inventory: 'ITS_INVENTORY' }) =>
    usageError({
      code: 'plan-unreadable',
      message: `${file} is no plan of ${playbook}`,
      cause,
      // What stands there may be anything, the inventory itself: nobody is told to write over it.
      next: `Make one: ${checkAnew(playbook, 'plan.json', asked)}`,
    })
  const text = await readFile(file, 'utf8').catch(error => {
    throw refuse((error as Error).message)
  })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw refuse(`it is no JSON: ${(error as Error).message}`)
  }
  const read = shape.safeParse(value)
  if (!read.success) {
    const [issue] = read.error.issues
    const of = z.object({ asked }).safeParse(value)
    throw refuse(`${issue?.path.join('.') || 'it'}: ${issue?.message}`, of.data?.asked)
  }
  if (read.data.playbook !== playbook) throw refuse(`it is one of ${read.data.playbook}`, read.data.asked)
  return read.data
}

/** The options with which a plan was made, in place of those that nobody gave now. */
export function optionsOfPlan(options: Options, { asked }: PlanFile): Options {
  const { limit, source, ...rest } = asked
  return { ...options, ...rest, ...(limit === undefined ? {} : { limit }), ...(source === undefined ? {} : { source }) }
}

/** As the run would have been called that the plan is of. */
export function argvOfPlan(argv: readonly string[], { asked }: PlanFile): readonly string[] {
  const at = argv.findIndex(word => /^--plan(=|$)/.test(word))
  const rest = argv.filter((_, i) => i !== at && !(i === at + 1 && argv[at] === '--plan'))
  return [...rest, ...wordsOf(asked)]
}

/** The check that makes this plan anew: of the same lab, asked for the same. */
const checkAnew = (playbook: string, file: string, asked: Asked): string =>
  commandFor({ asked }, playbook, '--check', '--out', file)

export interface PlanRuns {
  /** The same run in check mode, telling these. */
  look(reporters: readonly Reporter[]): Promise<ExitCode>
  /** The run itself, which asks before it applies anything. */
  act(permits: (host: string, resource: Ref) => void): Promise<ExitCode>
}

/**
 * Carries out a plan: looks once more, as the check did that made it, and goes on only where it finds the same. On the
 * way nothing is applied that the plan does not name. Throws `plan-outdated`, and what stands against looking.
 */
export async function performPlan(
  file: string,
  plan: PlanFile,
  { look, act }: PlanRuns,
  said: (text: string) => void,
): Promise<ExitCode> {
  const collector = new PlanCollector()
  const exit = await look([collector])
  const found = collector.collected()
  if (found.failure) throw new AndamioError(found.failure, exit)
  if (exit !== exitCode.done && exit !== exitCode.changesFound && exit !== exitCode.unknownsFound) return exit
  const moved = differences(plan, found.plan)
  if (moved.length > 0) throw outdated(file, plan, moved)
  const things = new Set(plan.changes.map(change => keyOf(change.host, change)))
  said(`${file} of ${plan.madeAt}: ${counted(things.size, 'change')}, and the world is as it was.\n`)
  return act(permitsOf(file, plan))
}

const keyOf = (host: string, { kind, id }: Ref): string => JSON.stringify([host, kind, id])

/** What a check may not know it may not forbid: unknowns may be applied. */
function permitsOf(file: string, plan: PlanFile): (host: string, resource: Ref) => void {
  const named = new Set([...plan.changes, ...plan.unknown].map(each => keyOf(each.host, each)))
  return (host, resource) => {
    if (!named.has(keyOf(host, resource)))
      throw outdated(file, plan, [`+ ${host} ${resource.kind} ${resource.id}: it would change now`])
  }
}

const SHOWN = 10

function outdated(file: string, { playbook, madeAt, asked }: PlanFile, moved: readonly string[]): AndamioError {
  const rest = moved.length > SHOWN ? [`and ${moved.length - SHOWN} more`] : []
  return new AndamioError({
    code: 'plan-outdated',
    message: `The world has moved since ${file} was made`,
    place: `${file}, of ${madeAt}`,
    cause: [
      'what the plan has and the world has no more (-), and what has come (+):',
      ...moved.slice(0, SHOWN),
      ...rest,
    ].join('\n'),
    next: `Look at it anew: ${checkAnew(playbook, file, asked)}`,
  })
}

/** A long proof is a list of steps that build on each other; the first that fails ends it, and figures are printed. */

interface Figure {
  readonly name: string
  readonly value: string
  readonly goal: string
  readonly met: boolean
}

const figures: Figure[] = []
const began = performance.now()
let passed = 0
let failed = 0

const clock = (): string => {
  const seconds = Math.round((performance.now() - began) / 1000)
  return `${String(Math.floor(seconds / 60)).padStart(3)}:${String(seconds % 60).padStart(2, '0')}`
}

export const say = (text: string): void => {
  process.stdout.write(`${clock()}  ${text}\n`)
}

/** Runs one step. What follows a failed one would prove nothing, so the failure is thrown on. */
export async function prove(title: string, step: () => Promise<void>): Promise<void> {
  say(`=== ${title}`)
  try {
    await step()
    passed++
    say(`passed: ${title}`)
  } catch (error) {
    failed++
    say(`FAILED: ${title}\n${error instanceof Error ? error.stack : String(error)}`)
    throw new ProofFailed(title)
  }
}

export class ProofFailed extends Error {}

/** Which side of a number is the good one. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number }

/** A number that was seen, beside what it should be. One that misses its goal fails the proof at its end. */
export function figure(name: string, value: number, goal: Goal, unit: string): void {
  const met = 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast
  const wanted = 'atMost' in goal ? `at most ${goal.atMost}` : `at least ${goal.atLeast}`
  const withUnit = (text: string): string => `${text} ${unit}`.trimEnd()
  const shown = withUnit(Number.isInteger(value) ? String(value) : value.toFixed(2))
  figures.push({ name, value: shown, goal: withUnit(wanted), met })
  say(`figure: ${name}: ${shown} (goal: ${withUnit(wanted)})${met ? '' : '  MISSED'}`)
}

export function equal(actual: unknown, wanted: unknown, what: string): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(wanted)]
  if (is !== should) throw new Error(`${what}: is ${is}, should be ${should}`)
}

export function holds(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`it does not hold that ${what}`)
}

/** Runs all steps, cleans up whatever happened, prints the figures and the count, and sets the exit status. */
export async function proof(name: string, steps: () => Promise<void>, cleanUp: () => Promise<void>): Promise<void> {
  say(`proof: ${name}`)
  try {
    await steps()
  } catch (error) {
    if (!(error instanceof ProofFailed)) {
      failed++
      say(`FAILED outside a step: ${error instanceof Error ? error.stack : String(error)}`)
    }
  }
  try {
    await cleanUp()
  } catch (error) {
    failed++
    say(`FAILED: cleaning up: ${error instanceof Error ? error.stack : String(error)}`)
  }
  for (const { name, value, goal, met } of figures) {
    if (!met) failed++
    process.stdout.write(`${met ? 'met   ' : 'MISSED'}  ${name}: ${value} (${goal})\n`)
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1
}

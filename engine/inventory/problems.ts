import { AndamioError, exitCode } from '../errors.ts'

export interface Problem {
  /** `inventory/local.yaml:3:7`. */
  readonly place: string
  /** `hosts.cp.memory`; empty for the file as a whole. */
  readonly path: string
  readonly message: string
  readonly hint?: string
}

/** More than this many are counted, not listed: the first ones are the ones to mend. */
const LISTED = 20

/** Everything that is wrong with an inventory, at once. Nothing has been connected to yet. */
export class InventoryError extends AndamioError {
  readonly problems: readonly Problem[]

  constructor(file: string, found: readonly Problem[]) {
    const problems = [...found].sort(byPlace)
    const [first] = problems
    if (first === undefined) throw new Error('an inventory error needs a problem')
    const alone = problems.length === 1
    super(
      {
        code: 'inventory-invalid',
        message: alone ? sentence(first) : `${file} has ${problems.length} errors`,
        place: first.place,
        ...(alone ? {} : { cause: listing(problems) }),
        next: (alone && first.hint) || 'Correct the inventory and run again; docs/inventory.md shows its shape.',
      },
      exitCode.usage,
    )
    this.problems = problems
  }
}

/** As one goes through the file. */
function byPlace(one: Problem, other: Problem): number {
  const [line = 0, column = 0] = numbersOf(one)
  const [otherLine = 0, otherColumn = 0] = numbersOf(other)
  return line - otherLine || column - otherColumn
}

const numbersOf = ({ place }: Problem): readonly number[] => place.split(':').slice(-2).map(Number)

const sentence = ({ path, message }: Problem) => (path === '' ? message : `${path}: ${message}`)

function listing(problems: readonly Problem[]): string {
  const lines = problems
    .slice(0, LISTED)
    .map(problem => `${problem.place} ${sentence(problem)}${problem.hint === undefined ? '' : `; ${problem.hint}`}`)
  if (problems.length > LISTED) lines.push(`and ${problems.length - LISTED} more`)
  return lines.join('\n')
}

import type { CutOff } from '../cut-off.ts'
import type { Reporter } from '../events.ts'
import type { Link } from '../link.ts'
import { type Problem, usageProblem } from '../problem.ts'
import type { Word } from '../words.ts'

/** What commands work with. */
export interface Context {
  readonly link: Link
  readonly report: Reporter
  readonly cutOff: CutOff
  /** See `Identity`. */
  readonly nonce: string
  /** Where local names begin and downloads arrive. */
  readonly folder: string
  /** Given on the command line: downloads may replace other files. */
  readonly force: boolean
}

export interface Command {
  readonly name: string
  /** What follows the name, as `help` shows it. */
  readonly takes: string
  readonly summary: string
  readonly more: readonly string[]
  /** Which names completion offers. */
  readonly completes: 'local' | 'remote' | 'commands' | 'nothing'
  /** The exit status that it would have as a program. What it throws is made a `Problem` of. */
  run(words: readonly Word[], context: Context, signal: AbortSignal): Promise<number>
}

/** Options of a command, which may stand anywhere before `--`, and the other words. Throws on what it does not know. */
export function parted(
  words: readonly Word[],
  known: readonly string[],
): { readonly options: ReadonlySet<string>; readonly rest: readonly Word[] } {
  const end = words.findIndex(({ text }) => text === '--')
  const before = end < 0 ? words : words.slice(0, end)
  const isOption = ({ text }: Word): boolean => /^-./.test(text)
  const options = before.filter(isOption).map(({ text }) => text)
  const unknown = options.find(option => !known.includes(option))
  if (unknown !== undefined) throw unknownOption(unknown, known)
  return {
    options: new Set(options),
    rest: [...before.filter(word => !isOption(word)), ...(end < 0 ? [] : words.slice(end + 1))],
  }
}

function unknownOption(option: string, known: readonly string[]): Problem {
  const there = known.length === 0 ? 'It takes none.' : `It takes ${known.join(', ')}.`
  return usageProblem(`this command has no option ${option}`, `${there} A name that begins with a dash: ./${option}`)
}

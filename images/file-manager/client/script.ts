import { createInterface } from 'node:readline'
import type { Context } from './commands/command.ts'
import { commandOf, perform } from './commands/index.ts'
import { exits, problemOf } from './problem.ts'
import { type Word, wordsOf } from './words.ts'

/** Commands from a pipe, one a line; `#` begins a remark. All are performed; the exit status is the first failure's. */
export async function runScript(input: NodeJS.ReadableStream, context: Context, signal: AbortSignal): Promise<number> {
  const reader = createInterface({ input, terminal: false })
  signal.addEventListener('abort', () => reader.close())
  let first: number = exits.done
  let number = 0
  for await (const line of reader) {
    if (signal.aborted) break
    number++
    const place = `line ${number}`
    let words: readonly Word[] = []
    let exit: number = exits.done
    try {
      words = line.trimStart().startsWith('#') ? [] : wordsOf(line)
      if (words[0] !== undefined && commandOf(words[0].text).name === 'exit') break
      exit = await perform(words, placed(context, place), signal)
    } catch (error) {
      const problem = problemOf(error)
      placed(context, place).report.tell({ type: 'problem', problem })
      exit = problem.exit
    }
    if (first === exits.done) first = exit
  }
  reader.close()
  return signal.aborted ? exits.interrupted : first
}

/** Problems are told with the line that they are of. */
function placed(context: Context, place: string): Context {
  const { report } = context
  return {
    ...context,
    report: { ...report, tell: event => report.tell('problem' in event ? { ...event, place } : event) },
  }
}

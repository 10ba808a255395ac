import { exits, problemOf, usageProblem } from '../problem.ts'
import type { Word } from '../words.ts'
import type { Command, Context } from './command.ts'
import { download } from './download.ts'
import { lls } from './lls.ts'
import { ls } from './ls.ts'
import { upload } from './upload.ts'

const help: Command = {
  name: 'help',
  takes: '[COMMAND]',
  summary: 'shows the commands, or how one of them is used',
  more: ['help', 'help upload'],
  completes: 'commands',
  async run([word], { report }) {
    const of = word === undefined ? undefined : commandOf(word.text)
    for (const text of of === undefined ? overview() : [titleOf(of), ...of.more.map(line => `  ${line}`)])
      report.tell({ type: 'note', text })
    return exits.done
  },
}

/** Ends the program: whoever runs commands looks for it. */
const exit: Command = {
  name: 'exit',
  takes: '',
  summary: 'closes the connection and ends the program, as Ctrl-D does',
  more: ['exit'],
  completes: 'nothing',
  run: async () => exits.done,
}

export const commands: readonly Command[] = [ls, lls, upload, download, help, exit]

/** What other programs call these. */
const elsewhere: Readonly<Record<string, string>> = {
  put: 'upload',
  send: 'upload',
  push: 'upload',
  get: 'download',
  fetch: 'download',
  pull: 'download',
  dir: 'ls',
  list: 'lls',
  rls: 'lls',
  quit: 'exit',
  bye: 'exit',
  q: 'exit',
  logout: 'exit',
  '?': 'help',
  h: 'help',
}

/** Throws a `Problem` that names the commands. */
export function commandOf(name: string): Command {
  const found = commands.find(command => command.name === name)
  if (found !== undefined) return found
  const [similar] = commands.filter(command => command.name === (elsewhere[name.toLowerCase()] ?? name.toLowerCase()))
  const next =
    similar === undefined
      ? `There are ${commands.map(command => command.name).join(', ')}.`
      : `${similar.name} ${similar.summary}.`
  throw usageProblem(`there is no command ${name}`, next)
}

/** Performs one command. The exit status that it would have as a program. Problems are told, never thrown. */
export async function perform(words: readonly Word[], context: Context, signal: AbortSignal): Promise<number> {
  const [first, ...rest] = words
  if (first === undefined) return exits.done
  try {
    return await commandOf(first.text).run(rest, context, signal)
  } catch (thrown) {
    const problem = problemOf(thrown)
    if (problem.exit !== exits.interrupted) context.report.tell({ type: 'problem', problem })
    return problem.exit
  }
}

const titleOf = ({ name, takes, summary }: Command): string => `${`${name} ${takes}`.trim()}: ${summary}. For example:`

function* overview(): Generator<string> {
  const calls = commands.map(({ name, takes }) => `${name} ${takes}`.trim())
  const widest = Math.max(...calls.map(call => call.length))
  for (const [index, { summary }] of commands.entries()) yield `  ${(calls[index] ?? '').padEnd(widest)}  ${summary}`
  yield 'Patterns and quotes are as in a shell: upload "two words.txt". Tab completes.'
  yield 'Ctrl-C ends a transfer; the same command goes on with it later.'
}

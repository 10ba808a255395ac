import type { ExecResult } from '../../connection/connection.ts'
import { firstLine, isUnreachable, lastLines } from '../../connection/failures.ts'
import { startHere } from '../../connection/local-process.ts'
import { attend } from '../../connection/running-command.ts'
import { AndamioError } from '../../errors.ts'
import { findProgram } from './find-program.ts'
import { type Tool, toolMissing } from './tool.ts'

export interface ToolCall {
  /** Public, as every process list shows them: never a secret. */
  readonly args: readonly string[]
  readonly limitSeconds: number
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
}

/** How a tool is called: by its program, or what stands for that in tests. */
export type CallTool = (tool: Tool, call: ToolCall) => Promise<ExecResult>

const here = 'this machine'

/**
 * Calls it and gives what it answered, whatever its status. Throws `tool-missing`, `tool-failed` where it cannot even be
 * started, and `tool-silent` after the limit.
 */
export async function callTool(tool: Tool, call: ToolCall): Promise<ExecResult> {
  const program = await findProgram(tool.name, tool.elsewhere)
  if (program === undefined) throw new AndamioError(toolMissing(tool))
  const { args, limitSeconds, stdin, env, signal } = call
  // Its words are read by patterns and shown to people: they are to be English, and without colours.
  const running = startHere(here, program, args, { ...process.env, LC_ALL: 'C.UTF-8', NO_COLOR: '1', ...env })
  const limits = { timeoutSeconds: limitSeconds, ...(stdin ? { stdin } : {}), ...(signal ? { signal } : {}) }
  try {
    return await attend(running, limits, { host: here, command: named(tool, args) })
  } catch (error) {
    if (error instanceof AndamioError && error.failure.code === 'command-timeout') throw silent(tool, call, error)
    if (isUnreachable(error)) throw notStarted(tool, program, error as AndamioError)
    throw error
  }
}

/** Its output, where it ends well. Throws `tool-failed` too, with its last words and what to do about them. */
export async function askTool(tool: Tool, call: ToolCall, by: CallTool = callTool): Promise<string> {
  const result = await by(tool, call)
  if (result.code === 0) return result.stdout.toString('utf8')
  throw toolFailed(tool, call.args, result)
}

/** `words` are what it complained of, where that is not simply its stderr. */
export function toolFailed(
  tool: Tool,
  args: readonly string[],
  result: ExecResult,
  words = said(result),
): AndamioError {
  const lines = lastLines(words)
  const explained = tool.explains.find(({ when }) => when.test(words))
  const status = result.signal ? `it was ended by ${result.signal}` : `it ended with status ${result.code}`
  return new AndamioError({
    code: 'tool-failed',
    message: `${named(tool, args)} failed`,
    place: here,
    cause: lines.length > 0 ? firstLine(lines[0] ?? '', 200) : `${status}, and said nothing`,
    ...(lines.length > 1 ? { stderr: lines } : {}),
    next:
      explained?.next ?? `Put right what ${tool.name} complains about, then run again: it goes on where it stopped.`,
  })
}

/** For an answer that is not what this program is known to give: shows it. */
export function oddAnswer(tool: Tool, args: readonly string[], why: string, answer: string): AndamioError {
  return new AndamioError({
    code: 'tool-answer-odd',
    message: `${named(tool, args)} answered what is not understood`,
    place: here,
    cause: why,
    stderr: lastLines(plainText(answer.slice(0, 1000))).map(line => firstLine(line, 200)),
    next: `Run it by hand and compare; a newer version of ${tool.name} may answer otherwise.`,
  })
}

/** What is no text is told as dots: of an answer in bytes nobody reads more than that. */
const plainText = (text: string): string => text.replaceAll(/[\0-\x08\x0b-\x1f\x7f-\x9f\ufffd]+/g, '.')

const said = ({ stdout, stderr }: ExecResult): string => (stderr.trim() === '' ? stdout.toString('utf8') : stderr)

const named = ({ name }: Tool, [command = '']: readonly string[]): string => `${name} ${command}`.trim()

/** Its file is there: the interpreter that it names is not, or it is of another sort of machine. */
const notStarted = ({ name, install }: Tool, program: string, { failure }: AndamioError): AndamioError =>
  new AndamioError({
    code: 'tool-failed',
    message: `${name} cannot be started on this machine`,
    place: program,
    ...(failure.cause === undefined ? {} : { cause: failure.cause }),
    next: `Look at that file: what it takes to run it is not here. ${install}`,
  })

function silent(tool: Tool, { args, limitSeconds }: ToolCall, cause: AndamioError): AndamioError {
  const { stderr } = cause.failure
  return new AndamioError({
    code: 'tool-silent',
    message: `${named(tool, args)} gave no answer within ${limitSeconds} s`,
    place: here,
    cause: 'it was ended; what it had begun may go on',
    ...(stderr && stderr.length > 0 ? { stderr } : {}),
    next: tool.whenSilent,
  })
}

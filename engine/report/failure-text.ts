import { failureBlock } from './closing.ts'
import type { Failure } from './events.ts'
import { annotation } from './github.ts'
import { styleOf } from './style.ts'
import { harmless } from './text.ts'

/** Where people read: a stream, and what a terminal knows of itself. */
export type Output = NodeJS.WritableStream & {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

/** A failure that no run told, because none began: bad usage, a bad inventory. Ends with a newline. */
export function failureText(
  failure: Failure,
  stream: Output,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const look = { style: styleOf(stream, Boolean(stream.isTTY)), columns: () => stream.columns ?? 120 }
  const lines = [...failureBlock({ where: '', failure: harmless(failure) }, look)]
  if (env.GITHUB_ACTIONS === 'true') lines.push(annotation('error', failure))
  return `${lines.join('\n')}\n`
}

import { execFile } from 'node:child_process'
import { AndamioError } from '../../engine/errors.ts'

export interface ToolOptions {
  readonly timeoutSeconds: number
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

export interface ToolAnswer {
  /** Null when there is no such program, or it was ended for taking too long. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program of the operator's machine, without a shell and without input. Never rejects. */
export function askTool(program: string, args: readonly string[], options: ToolOptions): Promise<ToolAnswer> {
  const { timeoutSeconds, cwd, env } = options
  const settings = {
    timeout: timeoutSeconds * 1000,
    maxBuffer: 16 * 1024 * 1024,
    env: { ...process.env, ...env },
    ...(cwd && { cwd }),
  }
  return new Promise(answer => {
    const child = execFile(program, [...args], settings, (error, stdout, stderr) => {
      if (!error) return answer({ code: 0, stdout, stderr })
      const why = error.killed ? `ended after ${timeoutSeconds} s` : error.message
      answer({ code: typeof error.code === 'number' ? error.code : null, stdout, stderr: stderr || why })
    })
    child.stdin?.end()
  })
}

/** As `askTool`, for what must succeed. Throws `image-build-failed` with the last lines the program wrote. */
export async function runTool(program: string, args: readonly string[], options: ToolOptions): Promise<string> {
  const { code, stdout, stderr } = await askTool(program, args, options)
  if (code === 0) return stdout
  throw new AndamioError({
    code: 'image-build-failed',
    message: `${program} ${args[0]} failed${code === null ? '' : ` with status ${code}`}`,
    place: [program, ...args].join(' '),
    stderr: stderr.trimEnd().split('\n').slice(-20),
    next: 'Run that command to see the whole of it, mend the cause, and run up again.',
  })
}

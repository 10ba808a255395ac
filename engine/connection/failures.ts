import { AndamioError, exitCode } from '../errors.ts'

/** No answer was had from a host, and whether a command that was under way had its effect is not known. */
export function unreachable(host: string, cause: string, options?: { place?: string; next?: string }): AndamioError {
  return new AndamioError(
    {
      code: 'unreachable',
      message: `${host} cannot be reached`,
      place: options?.place ?? host,
      cause,
      next: options?.next ?? 'See that the host is up and its sshd listens, then run the same command again.',
    },
    exitCode.unreachable,
  )
}

export function commandTimeout(
  at: { readonly host: string; readonly command: string; readonly stderr: string },
  seconds: number,
): AndamioError {
  return new AndamioError({
    code: 'command-timeout',
    message: `A command on ${at.host} gave no end within ${seconds} s`,
    place: `${at.host}: ${firstLine(at.command)}`,
    cause: 'it was sent TERM and given up; it may still be running there',
    stderr: lastLines(at.stderr),
    next: 'Look at what it waits for on the host, then run the same command again.',
  })
}

export function noSudo(host: string, user: string, stderr: string): AndamioError {
  return new AndamioError(
    {
      code: 'no-sudo',
      message: `${user} may not become root on ${host} without a password`,
      place: host,
      cause: stderr.trim().split('\n').at(0) ?? 'sudo refused',
      next: `Log in as root, or give ${user} the rule "${user} ALL=(ALL) NOPASSWD: ALL" in /etc/sudoers.d on ${host}.`,
    },
    exitCode.unreachable,
  )
}

export function isUnreachable(error: unknown): boolean {
  return error instanceof AndamioError && error.failure.code === 'unreachable'
}

export const lastLines = (text: string, count = 15): readonly string[] =>
  text
    .trimEnd()
    .split('\n')
    .slice(-count)
    .filter(line => line !== '')

export function firstLine(text: string, length = 120): string {
  const line = text.trimStart().split('\n', 1)[0] ?? ''
  return line.length > length ? `${line.slice(0, length - 3)}...` : line
}

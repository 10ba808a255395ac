import { quote } from '../shell/quote.ts'
import type { ExecResult } from './connection.ts'
import { noSudo } from './failures.ts'

/** Words that a login shell, sudo and timeout take as they are, so that no second shell is needed. */
const plainCommand = /^[\w./-]+( [\w./-]+)*$/

/**
 * `command` under the host's own clock: TERM when its time is up, KILL two seconds later. Only the host can do that
 * surely: sshd forwards no signal to what root runs, and after a broken connection nobody else is left to.
 */
export const limited = (command: string, seconds: number): string =>
  `timeout -k 2 ${seconds} ${plainCommand.test(command) ? command : `sh -c ${quote(command)}`}`

/** What `timeout` ends with when it had to end the command. */
export const statusOfTimeout = 124

/** A simple command, run as root by a user who is not. Never asks for a password: nobody could answer. */
export const asRoot = (simpleCommand: string): string => `sudo -n -H -- ${simpleCommand}`

/** sudo says so itself, on one line and with status 1; a login shell without sudo says 127. */
const refusal = /^sudo(-rs)?: |is not in the sudoers file|not allowed to execute|sudo: (command )?not found/m

/** Throws `no-sudo` where a result is sudo's own refusal and not the command's answer. */
export function refuseWithoutSudo(result: ExecResult, host: string, user: string): void {
  if (result.code !== 1 && result.code !== 127) return
  if (result.stdout.length > 0 || !refusal.test(result.stderr)) return
  throw noSudo(host, user, result.stderr)
}

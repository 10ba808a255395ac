import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Programs of this machine that the tests of connections start, and the Debian packages that have them. */
const programs: Readonly<Record<string, string>> = {
  '/usr/bin/ssh': 'openssh-client',
  '/usr/sbin/sshd': 'openssh-server',
  '/usr/bin/sudo': 'sudo',
}

/**
 * Says what it installs: a test may need more of this machine than the product does. Needs root. The whole of `npm test`
 * asks for them once, before its first test, for apt lets nobody else in meanwhile.
 */
export function needPrograms(): void {
  const missing = Object.entries(programs).filter(([program]) => !existsSync(program))
  if (missing.length === 0) return
  const packages = missing.map(([, name]) => name)
  process.stderr.write(`These tests need ${packages.join(' and ')}: installing by apt-get.\n`)
  execFileSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], { stdio: 'inherit' })
}

import pRetry from 'p-retry'
import { AndamioError } from '../engine/errors.ts'
import type { CommandOptions } from './command.ts'

type Run = (program: string, args: readonly string[], options?: CommandOptions) => Promise<string>

const lockLimitSeconds = 600
const lockPollSeconds = 3

/** Of these Debian packages, the ones that this machine lacks. */
export async function missingPackages(wanted: readonly string[], run: Run): Promise<readonly string[]> {
  const names = [...new Set(wanted)].sort()
  // dpkg-query fails when it does not know one of them, and prints the others all the same.
  const query = 'dpkg-query --show --showformat "$0" "$@" 2>/dev/null || true'
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own placeholders.
  const listing = await run('sh', ['-c', query, '${binary:Package} ${db:Status-Status}\\n', ...names])
  const installed = new Set(
    listing
      .split('\n')
      .filter(line => line.endsWith(' installed'))
      .map(line => line.replace(/(:\w+)? installed$/, '')),
  )
  return names.filter(name => !installed.has(name))
}

/** In one call, after finishing what an interrupted dpkg left, and waiting for whoever else holds its lock. */
export async function installPackages(names: readonly string[], run: Run): Promise<void> {
  const options = ['-o', `DPkg::Lock::Timeout=${lockLimitSeconds}`, '-o', 'Acquire::Retries=3']
  const env = { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_SUSPEND: '1' }
  const next = `Try it by hand: apt-get install ${names.join(' ')}`
  if ((await run('dpkg', ['--audit'])).trim() !== '')
    await run('dpkg', ['--configure', '--pending'], { env, letFinish: true })
  await whileLocked(() => run('apt-get', [...options, 'update'], { env, next, timeoutSeconds: lockLimitSeconds }))
  const install = ['install', '--yes', '--no-install-recommends', '--no-upgrade', ...names]
  await run('apt-get', [...options, ...install], { env, next, letFinish: true })
}

/** The lock of apt's lists is one that `DPkg::Lock::Timeout` does not wait for. */
export function whileLocked<T>(action: () => Promise<T>, pollSeconds = lockPollSeconds): Promise<T> {
  return pRetry(action, {
    retries: Math.ceil(lockLimitSeconds / pollSeconds),
    factor: 1,
    minTimeout: pollSeconds * 1000,
    shouldRetry: ({ error }) => error instanceof AndamioError && (error.failure.stderr ?? []).some(isLockLine),
  })
}

const isLockLine = (line: string): boolean => /Could not get lock|Unable to lock/.test(line)

import { setTimeout as sleep } from 'node:timers/promises'
import { AndamioError, exitCode } from '../errors.ts'
import type { HostWriter } from '../resource/host.ts'
import { sh } from '../shell/sh.ts'

/** Unattended upgrades hold the lock for minutes on a first boot. */
const limitSeconds = 600

/** Changed configuration files are kept, nothing asks, and no service is restarted behind our back. */
const environment = `export LC_ALL=C DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 APT_LISTCHANGES_FRONTEND=none`
const keepConfiguration = ['--force-confdef', '--force-confold']
const settings = [
  '-q',
  '-y',
  // apt that waits by itself names who holds the lock on a terminal only: it gives up at once, and is asked again.
  ...['-o', 'DPkg::Lock::Timeout=0'],
  ...keepConfiguration.flatMap(option => ['-o', `Dpkg::Options::=${option}`]),
  ...['-o', 'Dpkg::Use-Pty=0'],
  ...['-o', 'Acquire::Retries=5'],
]

export interface AptResult {
  readonly code: number
  /** stdout and stderr as they came. */
  readonly output: string
}

/** Runs `apt-get`, waiting for whoever holds one of apt's locks and naming them. Gives its status and output. */
export function aptGet(on: HostWriter, args: readonly string[], what: string): Promise<AptResult> {
  return patiently(on, sh`apt-get ${settings} ${args}`, what)
}

/**
 * Finishes what a killed dpkg left half done, if there is anything; once, for what fails again fails for a reason of
 * its own.
 */
export async function repairDpkg(on: HostWriter): Promise<void> {
  const script = sh`
set -- /var/lib/dpkg/updates/[0-9]*
if [ -e "$1" ] || [ -n "$(dpkg --audit)" ]; then dpkg --configure -a ${keepConfiguration}; fi`
  failIfBad(on, await patiently(on, script, 'finish interrupted package work'), 'dpkg --configure -a')
}

/** Fetches the lists of all repositories, or of one given by its file alone. Any that cannot be had is an error. */
export async function aptUpdate(on: HostWriter, only?: string): Promise<void> {
  const limited =
    only === undefined ? [] : [`Dir::Etc::sourcelist=${only}`, 'Dir::Etc::sourceparts=-', 'APT::Get::List-Cleanup=0']
  const options = ['APT::Update::Error-Mode=any', ...limited].flatMap(option => ['-o', option])
  failIfBad(on, await aptGet(on, ['update', ...options], 'fetch package lists'), 'apt-get update')
}

/** `dpkg --purge`, which refuses to take anything along that was not named. */
export async function purge(on: HostWriter, names: readonly string[]): Promise<void> {
  const result = await patiently(on, sh`dpkg --purge -- ${names}`, `remove ${names.join(' ')}`)
  failIfBad(on, result, `dpkg --purge ${names.join(' ')}`)
}

export function failIfBad(on: HostWriter, { code, output }: AptResult, command: string): void {
  if (code === 0) return
  const lines = output.trimEnd().split('\n')
  const errors = lines.filter(line => /^(E|W|dpkg): /.test(line))
  throw new AndamioError({
    code: 'apt-failed',
    message: `${command} failed on ${on.host}`,
    place: on.host,
    cause: errors[0] ?? `it ended with status ${code}`,
    stderr: lines.slice(-15),
    next: 'Mend what its first error names, then run again.',
  })
}

/** Of apt, of `apt-get update`, and of dpkg itself. */
const held = [
  /Could not get lock (?<lock>\S+?)\.? It is held by process (?<pid>\d+) \((?<name>[^)]*)\)/,
  /(?<lock>dpkg (frontend|database) lock) was locked by another process with pid (?<pid>\d+)/,
  /Could not get lock (?<lock>\S+)/,
  /Unable to acquire the dpkg frontend lock \((?<lock>[^)]*)\)/,
]

async function patiently(on: HostWriter, command: string, what: string): Promise<AptResult> {
  const ends = performance.now() + limitSeconds * 1000
  // Its status is an answer, too: whether to wait, to fetch lists or to fail is decided here.
  const script = `${environment}\nset +e; output=$(${command} 2>&1); printf '%s\\n%s\\n' "$?" "$output"`
  for (;;) {
    const answer = await on.run(script, { what, timeoutSeconds: 1800 })
    const [code = '', ...lines] = answer.split('\n')
    const result = { code: Number(code), output: lines.join('\n') }
    const lock = held.map(pattern => result.output.match(pattern)?.groups).find(Boolean)
    if (result.code === 0 || !lock) return result
    const holder = `${lock.lock}, held by ${lock.pid ? `process ${lock.pid} (${lock.name ?? 'dpkg'})` : 'another process'}`
    if (performance.now() > ends) throw stillHeld(on, holder)
    on.waiting('the package lock', limitSeconds, holder)
    await sleep(2000, undefined, { signal: on.signal })
  }
}

function stillHeld(on: HostWriter, holder: string): AndamioError {
  return new AndamioError(
    {
      code: 'apt-locked',
      message: `Another program has used apt on ${on.host} for more than ${limitSeconds / 60} minutes`,
      place: on.host,
      cause: holder,
      next: 'Let it end, or end it, then run again.',
    },
    exitCode.locked,
  )
}

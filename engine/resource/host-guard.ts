import { raw, sh } from '../shell/sh.ts'

/** A permit in the host's own terms. */
export interface HostPermit {
  readonly token: number
  /** Whole seconds of the host's uptime at which it may not begin any more. */
  readonly until: number
}

const lockFile = '/run/lock/andamio'
/** On disk, for a host that reboots must not forget it: what was sent before may still be on its way. */
export const fenceFile = '/var/lib/andamio/fence'
/** An order waits no longer than this for the lock: once it is on its way, nobody can call it back. */
export const lockTrySeconds = 1

/** Names who holds the lock, then gives up with a mark that no command's own failure bears. */
const takeLock = sh`exec 9>>${raw(lockFile)}
if ! flock -w ${lockTrySeconds} 9; then
  for process in /proc/[0-9]*; do
    if [ "$process/fd/9" -ef ${lockFile} ] && [ "$process" != "/proc/$$" ]; then
      read -r name <"$process/comm"; echo "andamio: host locked by process \${process#/proc/} ($name)" >&2; exit 75
    fi
  done
  echo 'andamio: host locked by a process that has just ended' >&2; exit 75
fi`

/** Ends when the lock is free, or after a while. It does nothing, so whoever waits by it can be interrupted. */
export const waitForLock = { script: sh`flock -w 15 ${lockFile} true || :`, timeoutSeconds: 30 }

/** Asked with the lock held, so that what is let through is alone until its script ends. */
const askFence = ({ token, until }: HostPermit): string => sh`
read -r andamio_now _ </proc/uptime
if [ "\${andamio_now%.*}" -ge ${until} ]; then echo "andamio: order too late at $andamio_now" >&2; exit 75; fi
andamio_seen=0
if [ -s ${fenceFile} ]; then read -r andamio_seen <${raw(fenceFile)} || :; fi
case $andamio_seen in ''|*[!0-9]*) andamio_seen=0 ;; esac
if [ "$andamio_seen" -gt ${token} ]; then echo "andamio: host follows lease $andamio_seen" >&2; exit 75; fi
if [ "$andamio_seen" -lt ${token} ]; then
  mkdir -p -m 0755 /var/lib/andamio
  echo ${token} >${raw(`${fenceFile}.new`)}; sync -- ${`${fenceFile}.new`}; mv -f -- ${`${fenceFile}.new`} ${fenceFile}
fi`

/**
 * Shell text that stands before whatever acts on a host, under `set -eu`. It holds the host's lock on descriptor 9, and
 * so does whatever is started in the foreground after it: a killed run's apt or kubeadm is waited for, not raced. With
 * a permit it also refuses what comes too late, or from a run that another has followed.
 */
export const guard = (permit: HostPermit | undefined): string => takeLock + (permit ? askFence(permit) : '')

export type Refusal =
  | { readonly is: 'locked'; readonly by: string }
  | { readonly is: 'late'; readonly uptime: number }
  | { readonly is: 'fenced'; readonly token: number }

const mark =
  /^andamio: (?:host locked by (?<by>.*)|order too late at (?<uptime>[\d.]+)|host follows lease (?<token>\d+))$/m

/** Why the guard let nothing through; undefined where it did. */
export function readRefusal(stderr: string): Refusal | undefined {
  const found = stderr.match(mark)?.groups
  if (!found) return undefined
  if (found.by !== undefined) return { is: 'locked', by: found.by }
  if (found.uptime !== undefined) return { is: 'late', uptime: Number(found.uptime) }
  return { is: 'fenced', token: Number(found.token) }
}

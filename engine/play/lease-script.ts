import { raw, sh } from '../shell/sh.ts'

/** How long a lease lives without a sign of life. */
export const termSeconds = 30
/** Others were asking for the lease all the time; no other command here ends with it. */
export const busyStatus = 75

/** Who holds a lease, in words for people. */
export interface Holder {
  /** One run. */
  readonly id: string
  /** The place that only one run at a time can act from, by the lab's local lock; empty where no lock is held. */
  readonly seat: string
  /** `root@box, process 4711`. */
  readonly who: string
  /** `up of lab demo`. */
  readonly what: string
}

export interface Answer {
  readonly is: 'ours' | 'theirs'
  readonly token: number
  /** By the clock of the lease's host. */
  readonly since: string
  readonly who: string
  readonly what: string
  /** Seconds since the holder's last sign of life. */
  readonly silent: number
}

/** The lease itself is on disk: its token must never go back. */
const file = '/var/lib/andamio/lease'
/** The last sign of life, as uptime: it is gone with the boot that it counts from, and is then as old as that. */
const stamp = '/run/lock/andamio-lease.renewed'
const lock = '/run/lock/andamio-lease'

/**
 * The frame around all that is done to the lease, one at a time. A lease lives by its host's uptime, which nobody sets.
 * In the end it tells whose the lease is; an empty id is nobody's.
 */
const script = (me: Holder, act: string): string => sh`{ set -eu; umask 022
exec 9>>${raw(lock)}; flock -w 10 9 || exit ${busyStatus}
lease=${file}; stamp=${stamp}; me=${me.id}
token=0; id=; seat=; since=; who=; what=
if [ -s "$lease" ]; then
  { read -r token && read -r id && read -r seat && read -r since && read -r who && read -r what; } <"$lease" || :
fi
case $token in ''|*[!0-9]*) token=0; id= ;; esac
read -r now _ </proc/uptime; now=\${now%.*}
renewed=0; if [ -s "$stamp" ]; then read -r renewed <"$stamp" || :; fi
case $renewed in ''|*[!0-9]*) renewed=0 ;; esac
if [ "$renewed" -gt "$now" ]; then renewed=0; fi
renew() { echo "$now" >"$stamp.new"; mv -f "$stamp.new" "$stamp"; renewed=$now; }
write() {
  mkdir -p /var/lib/andamio
  printf '%s\n' "$token" "$id" "$seat" "$since" "$who" "$what" >"$lease.new"; sync "$lease.new"; mv -f "$lease.new" "$lease"
}
${raw(act)}
if [ "$id" = "$me" ]; then is=ours; else is=theirs; fi
printf '%s\n' "$is" "$token" "$since" "$who" "$what" "$((now - renewed))"
}
`

/**
 * Takes the lease unless another run holds it that has shown life within the term. A run from the same seat is known to
 * be dead. The token rises above any earlier one; where the host has lost those, as one that was made anew has, the
 * clock does that.
 */
export const take = (me: Holder): string =>
  script(
    me,
    sh`if [ "$id" = "$me" ]; then renew
elif [ -z "$id" ] || [ "$((now - renewed))" -ge ${termSeconds} ] || { [ -n "$seat" ] && [ "$seat" = ${me.seat} ]; }; then
  clock=$(date +%s); token=$((token + 1)); if [ "$clock" -gt "$token" ]; then token=$clock; fi
  id=$me; seat=${me.seat}; who=${me.who}; what=${me.what}; since=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  renew; write
fi`,
  )

/** A sign of life. The lease may have run out meanwhile: it is still ours as long as nobody has taken it. */
export const renew = (me: Holder): string => script(me, 'if [ "$id" = "$me" ]; then renew; fi')

/** The token stays. */
export const release = (me: Holder): string => script(me, 'if [ "$id" = "$me" ]; then id=; seat=; write; fi')

/** Undefined where that is no answer of ours. */
export function readAnswer(output: string): Answer | undefined {
  const [is, token, since = '', who = '', what = '', silent] = output.split('\n')
  if ((is !== 'ours' && is !== 'theirs') || !/^\d+$/.test(token ?? '') || !/^\d+$/.test(silent ?? '')) return undefined
  return { is, token: Number(token), since, who, what, silent: Number(silent) }
}

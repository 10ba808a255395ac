import { fingerprint } from '../../connection/host-key.ts'
import type { HostWriter } from '../../resource/host.ts'
import { present, type Resource } from '../../resource/resource.ts'
import { raw, sh } from '../../shell/sh.ts'
import type { HostLayout } from '../lab/layout.ts'
import { deliveredPublic, forgetPrivate, knowHostBy, knownKeys, withoutComment } from './delivered-key.ts'

export type OwnKeyState = {
  readonly fingerprint: string
  /** It is the one that stood in the user data, where others can read it. */
  readonly delivered: boolean
  /** The host is known by this key alone. */
  readonly settled: boolean
}

const path = '/etc/ssh/ssh_host_ed25519_key'
const next = `${path}.new`

/**
 * A key that the host has made itself. The one that came with its user data has served once, for the first login; whoever
 * may look at the instance can read it. Killed anywhere, the host stays known: by both keys until it shows the new one.
 */
export function ownHostKey(host: string, layout: HostLayout): Resource<OwnKeyState> {
  return {
    kind: 'own-host-key',
    id: host,
    probe: {
      of: 'host',
      keys: [],
      script: () => sh`cat ${`${path}.pub`}`,
      parse: output => {
        const key = withoutComment(output)
        const known = knownKeys(host, layout)
        return present({
          fingerprint: fingerprint(Buffer.from(key.split(' ')[1] ?? '', 'base64')),
          delivered: key === deliveredPublic(layout),
          settled: known.length === 1 && known[0] === key,
        })
      },
    },
    diff(is) {
      if (is.is === 'absent' || is.state.delivered) {
        const before = is.is === 'absent' ? null : is.state.fingerprint
        return [{ attribute: 'fingerprint', before, after: { late: 'a new key, made on the host' } }]
      }
      return is.state.settled ? [] : [{ attribute: 'known by it alone', before: false, after: true }]
    },
    async apply(on, is) {
      const there = is.is === 'present' && !is.state.delivered
      const key = there ? await readKey(on) : await makeKey(on, host, layout)
      await on.run(shows(key), { what: 'have sshd show the host key' })
      knowHostBy(host, layout, [key])
      await forgetPrivate(layout)
    },
  }
}

const readKey = async (on: HostWriter): Promise<string> =>
  withoutComment(await on.run(sh`cat ${`${path}.pub`}`, { what: 'read the host key' }))

async function makeKey(on: HostWriter, host: string, layout: HostLayout): Promise<string> {
  const made = withoutComment(await on.run(make, { what: 'make a host key' }))
  knowHostBy(host, layout, [...knownKeys(host, layout), made])
  // The public half last: until it lies there the key counts as the old one, and another is made.
  // On disk before and after: a host that loses its power now must not be left without a key.
  const move = sh`sync ${next} ${`${next}.pub`}
mv -f ${next} ${path}
mv -f ${`${next}.pub`} ${`${path}.pub`}
sync /etc/ssh`
  await on.run(move, { what: 'put the host key in place' })
  return made
}

const make = sh`umask 077
rm -f ${next} ${`${next}.pub`}
ssh-keygen -q -t ed25519 -N '' -C '' -f ${next}
cat ${`${next}.pub`}`

/** The host is asked itself which key it shows: the old one is forgotten only then. */
const shows = (key: string): string => sh`wanted=${key}
systemctl reload-or-try-restart ssh.service
tries=0
until ssh-keyscan -T 2 -t ed25519 127.0.0.1 2>/dev/null | cut -d ' ' -f 2,3 | grep -qxF "$wanted"; do
  tries=$((tries + 1))
  [ $tries -lt 20 ] || ${raw("{ echo 'sshd does not show the new key' >&2; exit 1; }")}
  sleep 0.5
done`

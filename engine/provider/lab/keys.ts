import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { rm, rmdir } from 'node:fs/promises'
import { makeKeyPair } from '../../connection/key-pair.ts'
import { onOperator } from '../../resource/operator.ts'
import { type Answer, absent, present, type Resource } from '../../resource/resource.ts'
import { writeFileAtomically } from './atomic.ts'
import { type HostLayout, labLayout } from './layout.ts'
import { forgetAddress } from './network-record.ts'

export type KeyState = { readonly fingerprint: string }

/** The key that the operator logs in to a lab's hosts with, made for this lab alone. */
export const loginKey = (lab: string, stateFolder: string): Resource<KeyState, undefined> =>
  keyPair('login-key', lab, labLayout(stateFolder).loginKey)

export function noLoginKey(lab: string, stateFolder: string): Resource<KeyState, undefined> {
  const { loginKey: path, hosts } = labLayout(stateFolder)
  return {
    ...keyPair('login-key', lab, path),
    diff: gone,
    async apply() {
      await rmdir(hosts).catch(unlessEmpty)
      await rm(path, { force: true })
      // Last, for the pair counts as there while its public half is.
      await rm(`${path}.pub`, { force: true })
    },
  }
}

export type HostKeyState = KeyState & {
  /** It stands under the host's name where connections look for it. */
  readonly known: boolean
}

/**
 * A host's own key, so that its very first answer can be verified. Where only what makes it known is lost, that is
 * written anew: nobody has to be asked about a key that was made here.
 */
export function hostKey(host: string, layout: HostLayout): Resource<HostKeyState, undefined> {
  const line = (shown: string): string => [host, ...shown.split(' ').slice(0, 2)].join(' ')
  const publish = (shown: string): void => writeFileAtomically(layout.knownHosts, `${line(shown)}\n`)
  const pair = keyPair('host-key', host, layout.hostKey, publish)
  return {
    ...pair,
    probe: onOperator(async () => {
      const key = look(layout.hostKey)
      if (key.is !== 'present') return key
      const lines = existsSync(layout.knownHosts) ? readFileSync(layout.knownHosts, 'utf8').split('\n') : []
      return present({ ...key.state, known: lines.includes(line(readPublicKey(layout.hostKey))) })
    }),
    diff: (is, will) =>
      is.is === 'present' && !is.state.known
        ? [{ attribute: 'known', before: false, after: true }]
        : pair.diff(is, will),
    async apply(on, is) {
      if (is.is === 'present') publish(readPublicKey(layout.hostKey))
      else await pair.apply(on, is)
    },
  }
}

/** With its key a host's identity ends, and with that the folder and the address that are kept for it. */
export function noHostKey(host: string, stateFolder: string): Resource<KeyState, undefined> {
  const lab = labLayout(stateFolder)
  const { hostKey: path, folder } = lab.host(host)
  return {
    ...keyPair('host-key', host, path),
    // The folder is what counts: a removal that was cut off may have taken the key and left the rest.
    probe: onOperator(async () => {
      const key = look(path)
      return key.is === 'absent' && existsSync(folder) ? present({ fingerprint: 'none' }) : key
    }),
    diff: gone,
    async apply() {
      forgetAddress(lab.network, host)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export const readPublicKey = (path: string): string => readFileSync(`${path}.pub`, 'utf8').trim()
export const readPrivateKey = (path: string): string => readFileSync(path, 'utf8')

/** `publish` writes what else must be there before the pair counts as there. */
function keyPair(
  kind: string,
  id: string,
  path: string,
  publish?: (publicKey: string) => void,
): Resource<KeyState, undefined> {
  return {
    kind,
    id,
    probe: onOperator(async () => look(path)),
    diff: is =>
      is.is === 'present'
        ? []
        : [{ attribute: 'fingerprint', before: null, after: { late: 'a new key, made at creation' } }],
    async apply() {
      const { private: secret, public: shown } = makeKeyPair(`andamio ${id}`)
      // The public half last: a pair is whole when it is there.
      writeFileAtomically(path, secret)
      publish?.(shown)
      writeFileAtomically(`${path}.pub`, `${shown}\n`)
    },
  }
}

function look(path: string): Answer<KeyState> {
  try {
    const [, key = ''] = readPublicKey(path).split(' ')
    const digest = createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64')
    return present({ fingerprint: `SHA256:${digest.replace(/=+$/, '')}` })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return absent
    throw error
  }
}

const gone: Resource<KeyState, undefined>['diff'] = is =>
  is.is === 'absent' ? [] : [{ attribute: 'fingerprint', before: is.state.fingerprint, after: null }]

/** Not there, or still somebody's. */
function unlessEmpty(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTEMPTY') throw error
}

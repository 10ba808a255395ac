import { onOperator } from '../../resource/operator.ts'
import { type Answer, absent, present, type Resource } from '../../resource/resource.ts'
import { readPublicKey } from '../lab/keys.ts'
import { fingerprintOf } from './fingerprint.ts'
import { type Ec2Lab, marks, mine, ours, prefix } from './lab.ts'
import { make } from './make.ts'
import { mustShow } from './must-show.ts'
import type { SeenKey } from './seen.ts'
import { isService } from './service-error.ts'
import { fingerprintTag, tagged } from './tags.ts'

type KeyPairState = { readonly names: readonly string[]; readonly fingerprint: string; readonly wished: string }

const what = 'key pair'

/** The public half of the operator's key, where new hosts take it from. */
export function keyPair(lab: Ec2Lab): Resource<KeyPairState, undefined> {
  const path = lab.layout.loginKey
  return {
    kind: 'ec2-key-pair',
    id: lab.name,
    probe: onOperator(async () => look(lab, ours(lab, await lab.account.keys.now()))),
    diff(is) {
      if (is.is === 'absent')
        return [{ attribute: 'fingerprint', before: null, after: { late: 'that of the login key' } }]
      const { fingerprint: before, wished: after } = is.state
      return before === after ? [] : [{ attribute: 'fingerprint', before, after }]
    },
    async apply(_on, is) {
      const { account } = lab
      // One with another key cannot be changed; who has it keeps it.
      if (is.is === 'present') for (const KeyName of is.state.names) await remove(lab, KeyName)
      const fingerprint = fingerprintOf(path) ?? 'none'
      const KeyName = prefix(lab)
      const PublicKeyMaterial = Buffer.from(readPublicKey(path))
      const TagSpecifications = tagged(marks(lab, { [fingerprintTag]: fingerprint }), 'key-pair')
      const wish = { KeyName, PublicKeyMaterial, TagSpecifications }
      await make(lab, what, 'importKeyPair', api => api.importKeyPair(wish), 'InvalidKeyPair.Duplicate')
      await mustShow(lab, account.keys, keys => keys.some(key => key.fingerprint === fingerprint), what)
    },
  }
}

export function noKeyPair(lab: Ec2Lab): Resource<KeyPairState, undefined> {
  return {
    kind: 'ec2-key-pair',
    id: lab.name,
    probe: onOperator(async () => look(lab, mine(lab, await lab.account.keys.now()), lab.journal.mayCome(what))),
    diff: is => (is.is === 'absent' ? [] : [{ attribute: 'fingerprint', before: is.state.fingerprint, after: null }]),
    async apply(_on, is) {
      const { account, journal } = lab
      const known = is.is === 'present' ? is.state.names : []
      const come = known.length > 0 ? known : await lateComers(lab)
      for (const KeyName of come) await remove(lab, KeyName)
      journal.settled(what)
      await account.until(account.keys, keys => (mine(lab, keys).length === 0 ? true : undefined), {
        who: lab.name,
        what: `the ${what} to be gone`,
        limitSeconds: 60,
      })
    },
  }
}

const lateComers = async (lab: Ec2Lab): Promise<readonly string[]> =>
  (await lab.account.until(lab.account.keys, keys => namesOf(mine(lab, keys)), {
    who: lab.name,
    what: `the ${what} that was asked for`,
    limitSeconds: lab.journal.secondsLeft(what),
  })) ?? []

const namesOf = (keys: readonly SeenKey[]): readonly string[] | undefined =>
  keys.length > 0 ? keys.map(({ name }) => name) : undefined

function look(lab: Ec2Lab, keys: readonly SeenKey[], mayCome = false): Answer<KeyPairState> {
  if (keys.length === 0 && !mayCome) return absent
  const [key] = keys
  return present({
    names: keys.map(({ name }) => name),
    fingerprint: key ? (key.fingerprint ?? 'unknown') : 'asked for, not seen yet',
    wished: fingerprintOf(lab.layout.loginKey) ?? 'none',
  })
}

const remove = async (lab: Ec2Lab, KeyName: string): Promise<unknown> =>
  lab.account.call('deleteKeyPair', api => api.deleteKeyPair({ KeyName })).catch(unlessGone)

function unlessGone(error: unknown): void {
  if (!isService(error, /^InvalidKeyPair\.NotFound$/)) throw error
}

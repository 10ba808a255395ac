import ssh2 from 'ssh2'

/** In OpenSSH's own formats. */
export interface KeyPair {
  readonly private: string
  readonly public: string
}

const ed25519 = (comment: string): KeyPair => ssh2.utils.generateKeyPairSync('ed25519', { comment })

/**
 * A new ed25519 pair. ssh2 takes a zero at the front of the public half for padding and drops it: one pair in 256 is then
 * a byte short, and no program reads it (https://github.com/mscdex/ssh2/issues/1513). Such a pair is never given out.
 */
export function makeKeyPair(comment: string, make: (comment: string) => KeyPair = ed25519): KeyPair {
  for (;;) {
    const pair = make(comment)
    const halves = [pair.public, pair.private].map(half => ssh2.utils.parseKey(half))
    if (!halves.some(half => half instanceof Error)) return pair
  }
}

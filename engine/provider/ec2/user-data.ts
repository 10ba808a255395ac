import { hostEndAtBirth } from './host-end.ts'

export interface FirstBoot {
  readonly host: string
  /** The host's own key, made here: so its very first answer can be verified. Else the host makes one, and prints it. */
  readonly hostKey?: { readonly private: string; readonly public: string } | undefined
  /** When it is to end itself: ISO 8601. */
  readonly expires?: string | undefined
}

/**
 * What cloud-init is told at an instance's first boot. Whoever may look at the instance can read it, and so can what runs
 * on it: it holds no secret but the host's key, and that one is replaced after the first login.
 */
export const userData = ({ host, hostKey, expires }: FirstBoot): string =>
  // JSON is YAML, and leaves nothing to quote.
  `#cloud-config\n${JSON.stringify({
    hostname: host,
    preserve_hostname: false,
    ssh_deletekeys: true,
    ...(hostKey
      ? { ssh_keys: { ed25519_private: hostKey.private, ed25519_public: hostKey.public } }
      : { ssh_genkeytypes: ['ed25519'] }),
    ...(expires === undefined ? {} : hostEndAtBirth(expires)),
  })}\n`

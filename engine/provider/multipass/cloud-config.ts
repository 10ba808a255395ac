import { stringify } from 'yaml'

export interface CloudWish {
  readonly host: string
  /** Public key of who may log in. */
  readonly login: string
  readonly hostKey: { readonly private: string; readonly public: string }
}

/**
 * What cloud-init makes of an instance at its first boot: our way in, and the host key that we have made, so that its
 * very first answer can be verified. Holds that key. Its own user data, such as Multipass's key, is left as it is.
 */
export const cloudConfig = ({ host, login, hostKey }: CloudWish): string =>
  `#cloud-config\n${stringify(
    {
      hostname: host,
      ssh_authorized_keys: [login.trim()],
      ssh_pwauth: false,
      ssh_deletekeys: true,
      ssh_keys: { ed25519_private: hostKey.private, ed25519_public: hostKey.public.trim() },
    },
    { lineWidth: 0 },
  )}`

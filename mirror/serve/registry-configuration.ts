export interface RegistryPlace {
  readonly address: string
  readonly port: number
  /** `rootdirectory`. */
  readonly store: string
  readonly certificateFile: string
  readonly keyFile: string
}

/**
 * docker-registry's configuration, in JSON, which YAML reads. Read-only, so that no password is needed to guard it: there
 * is nothing that a push could do.
 */
export function registryConfiguration({ address, port, store, certificateFile, keyFile }: RegistryPlace): string {
  return JSON.stringify({
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: store }, maintenance: { readonly: { enabled: true } } },
    http: {
      addr: `${address}:${port}`,
      // It signs states of uploads, of which there are none.
      secret: 'read-only',
      tls: { certificate: certificateFile, key: keyFile, minimumtls: 'tls1.2' },
    },
  })
}

import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { usageError } from '../../engine/errors.ts'
import type { ApiTarget } from '../../engine/resource/probe.ts'
import { absent, present, unknown } from '../../engine/resource/resource.ts'
import { Secret } from '../../engine/shell/secret.ts'
import { RegistryClient } from './client.ts'
import { pushing, type RegistryReader, type RegistryWriter } from './push.ts'

/** A registry that is not the lab's, under somebody's account. */
export interface OutsideRegistry {
  /** As names of images have it: `docker.io`, `registry.example.org:5000`. */
  readonly registry: string
  readonly account: string
  /** Absolute, or from `~/`; nobody but its owner may read it. The password or an access token, and nothing else. */
  readonly passwordFile: string
  /** PEM of who has signed its certificate, where this machine does not know them; empty where it does. */
  readonly caFile: string
}

/** Docker's own serves under another name than its images bear. */
const served: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' }

/** Throws `registry-access` where the account is not named. */
export function checkAccount({ registry, account }: OutsideRegistry): void {
  if (!/^[a-z0-9][a-z0-9._/-]*$/.test(account))
    throw refusal(
      registry,
      'vars: { images: { account } }',
      account === '' ? 'no account is named' : `${account} is none`,
    )
}

/** Asked by the account's password also for reading: what one has pushed need not be for everybody. */
export function outsideRegistry(place: OutsideRegistry): ApiTarget<RegistryReader, RegistryWriter> {
  const { registry, account, passwordFile, caFile } = place
  return {
    name: registry,
    async open(lab) {
      const { hostname: name, port } = new URL(`https://${served[registry] ?? registry}`)
      const login = { user: account, password: readPassword(registry, passwordFile), whenAsked: true } as const
      const ca = caFile === '' ? {} : { ca: readFileSync(pathOf(registry, 'caFile', caFile), 'utf8') }
      const client = new RegistryClient({ address: name, name, port: Number(port || 443), login, ...ca }, lab.mayWrite)
      return present({
        reader: {
          digestOf: (repository, tag) =>
            client.digestOf(repository, tag).then(
              digest => (digest === undefined ? absent : present(digest)),
              (error: Error) => unknown(`${registry}: ${error.message}`),
            ),
        },
        writerFor: () => pushing(client, lab.signal),
        roundTrips: () => client.roundTrips,
        close: async () => client.close(),
      })
    },
  }
}

/** Throws `registry-access` on one that is not there, is empty, or is open to others. */
function readPassword(registry: string, file: string): Secret {
  const path = pathOf(registry, 'passwordFile', file)
  try {
    if ((statSync(path).mode & 0o077) !== 0) throw new Error('others may read it: chmod 600 it')
    const password = readFileSync(path, 'utf8').trim()
    if (password === '') throw new Error('it is empty')
    return new Secret(password)
  } catch (error) {
    throw refusal(registry, path, (error as Error).message)
  }
}

function pathOf(registry: string, variable: string, file: string): string {
  if (file.startsWith('~/')) return join(homedir(), file.slice(2))
  if (isAbsolute(file)) return file
  throw refusal(
    registry,
    `vars: { images: { ${variable} } }`,
    `${file === '' ? 'none is named' : `${file} is relative`}`,
  )
}

const refusal = (registry: string, place: string, cause: string) =>
  usageError({
    code: 'registry-access',
    message: `Images cannot be pushed to ${registry}`,
    place,
    cause,
    next: 'Name the account, and the whole path of a file of your own (0600) with its password or, better, an access token.',
  })

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withGpg } from './apt/signing-home.ts'
import type { MirrorStep } from './step.ts'

/** Whose repository a key signs; each vendor has its own, as upstream. */
export const vendors = ['kubernetes', 'docker'] as const
export type Vendor = (typeof vendors)[number]

export const publicKeyFile = (vendor: Vendor): string => `${vendor}.asc`
export const secretKeyFile = (vendor: Vendor): string => `${vendor}.secret.asc`

/** Keys made on the spot: they vouch for nothing but that a package comes from this cache. */
export const aptKeys: MirrorStep = {
  name: 'apt-keys',
  summary: 'Signing keys of the package repositories',
  needs: [],
  debianPackages: ['gnupg'],
  coldSeconds: 2,
  inputs: async () => ['revision 1', ...vendors],
  build: async work => {
    const fingerprints: Record<string, string> = {}
    for (const vendor of vendors)
      await withGpg(work, async gpg => {
        await gpg(['--quick-generate-key', `andamio mirror, ${vendor} packages`, 'ed25519', 'sign', '10y'])
        const listing = await gpg(['--list-keys', '--with-colons'])
        const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(listing)?.[1]
        if (!fingerprint) throw new Error(`gpg listed no fingerprint for ${vendor}`)
        fingerprints[vendor] = fingerprint
        await gpg(['--armor', '--output', join(work.out, publicKeyFile(vendor)), '--export'])
        // gpg creates it 0600; by a file, so that the key does not pass through the step's log.
        await gpg(['--armor', '--output', join(work.out, secretKeyFile(vendor)), '--export-secret-keys'])
      })
    await writeFile(join(work.out, 'fingerprints.json'), `${JSON.stringify(fingerprints, undefined, 2)}\n`)
  },
}

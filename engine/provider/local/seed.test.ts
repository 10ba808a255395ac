import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeSeed } from './seed.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seed-'))
  const release = join(folder, 'modules', '7.2.0-lab')
  await mkdir(release, { recursive: true })
  await writeFile(join(release, 'modules.builtin'), 'kernel/fs/overlayfs/overlay.ko\n')
})
afterEach(() => rm(folder, { recursive: true }))

const seed = (userData?: string) =>
  makeSeed({
    ...(userData === undefined ? {} : { userData }),
    host: 'cp',
    address: '10.55.3.10',
    subnet: '10.55.3.0/24',
    kernel: join(folder, 'linux'),
    hostKey: { private: 'PRIVATE\n', public: 'ssh-ed25519 AAAA\n' },
    login: 'ssh-ed25519 BBBB\n',
  })

it('gives a host its name, address, keys, package sources and the lists of its kernel', async () => {
  const archive = await seed()
  const unpack = (path: string) => execFileSync('tar', ['-xOf', '-', path], { input: archive, encoding: 'utf8' })
  expect(unpack('etc/hostname')).toBe('cp\n')
  expect(unpack('etc/systemd/network/10-vec0.network')).toContain('Address=10.55.3.10/24\nGateway=10.55.3.1\n')
  expect(unpack('etc/apt/sources.list.d/debian.sources')).toMatch(/^Suites: bookworm/m)
  expect(unpack('etc/resolv.conf')).toMatch(/^nameserver (?!127\.)/m)
  expect(unpack('home/debian/.ssh/authorized_keys')).toBe('ssh-ed25519 BBBB\n')
  expect(unpack('usr/lib/modules/7.2.0-lab/modules.builtin')).toContain('overlay.ko')
})

it('brings user data to a host with cloud-init, and to no other', async () => {
  const archive = await seed('#cloud-config\n{}\n')
  const unpack = (path: string) => execFileSync('tar', ['-xOf', '-', path], { input: archive, encoding: 'utf8' })
  expect(unpack('var/lib/cloud/seed/nocloud/meta-data')).toBe('instance-id: cp\nlocal-hostname: cp\n')
  expect(unpack('var/lib/cloud/seed/nocloud/user-data')).toBe('#cloud-config\n{}\n')
  const list = (input: Buffer) => execFileSync('tar', ['-tvf', '-'], { input, encoding: 'utf8' })
  expect(list(archive)).toMatch(/^-rw------- .* var\/lib\/cloud\/seed\/nocloud\/user-data$/m)
  expect(list(await seed())).not.toContain('cloud')
})

it("keeps secrets to their owners: the host's key to root, the login to its user", async () => {
  const list = execFileSync('tar', ['--numeric-owner', '-tvf', '-'], { input: await seed(), encoding: 'utf8' })
  expect(list).toMatch(/^-rw------- 0\/0 .* etc\/ssh\/ssh_host_ed25519_key$/m)
  expect(list).toMatch(/^drwx------ 1000\/1000 .* home\/debian\/.ssh\/$/m)
  expect(list).toMatch(/^-rw------- 1000\/1000 .* home\/debian\/.ssh\/authorized_keys$/m)
})

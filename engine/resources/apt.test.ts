import { beforeAll, expect, test, vi } from 'vitest'
import { Late } from '../resource/late.ts'
import { type AnyResource, absent } from '../resource/resource.ts'
import { aptGet } from './apt-get.ts'
import { aptHold, aptHoldAbsent } from './apt-hold.ts'
import { aptPackages, aptPackagesAbsent } from './apt-packages.ts'
import { aptRepository, aptRepositoryAbsent } from './apt-repository.ts'
import { answerOf, obeysLaws } from './laws.ts'
import { usePrivateRoot } from './private-root-fixture.ts'

// A real repository in the private root: three packages, signed by a key made on the spot. There is no other repository,
// nor any package of this machine, which dpkg would read all about each time, nor what a dpkg of this machine is just at.
const makeRepository = `
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /var/lib/apt/lists/*
: >/var/lib/dpkg/status; rm -f /var/lib/dpkg/updates/* /var/lib/dpkg/triggers/*
export GNUPGHOME=/srv/gpg; mkdir -m 0700 /srv/gpg; mkdir /srv/repo; cd /srv/repo
gpg --batch --quiet --passphrase '' --quick-gen-key lab@example.org future-default >/dev/null 2>&1
pack() {
  mkdir -p "/srv/$1/DEBIAN" "/srv/$1/usr/share/$1"; echo "$2" >"/srv/$1/usr/share/$1/version"
  printf 'Package: %s\\nVersion: %s\\nArchitecture: all\\nMaintainer: lab <lab@example.org>\\nDescription: test\\n%s' \\
    "$1" "$2" "\${3:-}" >"/srv/$1/DEBIAN/control"
  dpkg-deb --root-owner-group --build "/srv/$1" "$1_$2.deb" >/dev/null
}
pack andamio-base 1.0; pack andamio-base 2.0-1; pack andamio-tool 1.5 'Depends: andamio-base
'
cat >release <<'END'
dpkg-scanpackages --multiversion . 2>/dev/null >Packages
printf 'Origin: lab\\nSuite: lab\\nDate: %s\\nSHA256:\\n %s %s Packages\\n' "$(date -Ru)" \\
  "$(sha256sum Packages | cut -d' ' -f1)" "$(stat -c %s Packages)" >Release
gpg --batch --yes --quiet --clearsign --output InRelease Release
END
sh release; gpg --armor --export >key.asc; gpgconf --kill all
gpg --list-keys --with-colons | sed -n 's/^fpr:*\\([^:]*\\):$/\\1/p' | head -1`

const root = usePrivateRoot()
let fingerprint = ''
let content = ''
const repository = () =>
  aptRepository({ name: 'lab', uri: 'file:/srv/repo', suite: './', key: { content, fingerprint } })

beforeAll(async () => {
  fingerprint = await root().sh(makeRepository)
  content = await root().sh('cat /srv/repo/key.asc')
})

test('a repository obeys the laws, and its lists are fetched', async () => {
  await obeysLaws(root(), { wish: repository(), undo: aptRepositoryAbsent('lab') })
  await repository().apply(root().writer, absent)
  expect(await root().sh('apt-cache policy andamio-base')).toContain('2.0-1')
})

test('lists that are gone are fetched again', async () => {
  await root().sh('rm -f /var/lib/apt/lists/*Release')
  const is = await answerOf(root(), repository())
  const changes = repository().diff(is, { change: () => false })
  expect(changes).toEqual([{ attribute: 'lists', before: null, after: '_srv_repo_._' }])
  await repository().apply(root().writer, is)
  expect(repository().diff(await answerOf(root(), repository()), { change: () => false })).toEqual([])
})

test('a key other than the pinned one is refused before anything is written', () => {
  const other = { content, fingerprint: fingerprint.replaceAll(/[0-9]/g, 'A') }
  const wish = () => aptRepository({ name: 'lab', uri: 'file:/srv/repo', suite: './', key: other })
  expect(wish).toThrow('is not the pinned one')
})

test('address, suite, key and fingerprint may be late', () => {
  const late = (what: string) => new Late<string>(what, () => undefined)
  const key = { content: late('key of the mirror'), fingerprint: late('its fingerprint') }
  const wish = aptRepository({ name: 'lab', uri: late('address of the mirror'), suite: late('codename'), key })
  expect(wish.diff(absent, { change: () => false })).toEqual([
    { attribute: 'key', before: null, after: { late: 'key of lab' } },
    { attribute: 'source', before: null, after: { late: 'source of lab' } },
    { attribute: 'lists', before: null, after: { late: 'source of lab' } },
  ])
})

test('packages obey the laws, with what they depend on and of the wished version', async () => {
  const packages = ['andamio-tool', { name: 'andamio-base', version: '1.*' }]
  const undo = aptPackagesAbsent(['andamio-tool', 'andamio-base'])
  await obeysLaws(root(), { wish: aptPackages(packages), undo })
})

test('a wished version is told without the pattern that it is found by', () => {
  const wish = (version: string) => aptPackages([{ name: 'tool', version }])
  const told = ['1.36.3-*', '1:2.2+*', '1.36.3-1.1'].map(version => wish(version).diff(absent, { change: () => false }))
  expect(told.flat().map(({ after }) => after)).toEqual(['1.36.3', '1:2.2', '1.36.3-1.1'])
})

test('a held package obeys the laws', async () => {
  await aptPackages(['andamio-base']).apply(root().writer, absent)
  await obeysLaws(root(), { wish: aptHold(['andamio-base']), undo: aptHoldAbsent(['andamio-base']) })
})

test('never a downgrade', async () => {
  const older = aptPackages([{ name: 'andamio-base', version: '1.0' }])
  const is = await answerOf(root(), older)
  expect(older.diff(is, { change: () => false })).toEqual([
    { attribute: 'andamio-base', before: '2.0-1', after: '1.0' },
  ])
  expect(older.refuse?.(is, { change: () => false })).toMatchObject({ code: 'package-newer' })
  await expect(older.apply(root().writer, is)).rejects.toMatchObject({
    failure: { code: 'apt-failed', cause: expect.stringContaining('downgraded') },
  })
})

test('what somebody holds at an older version is refused beforehand; let go, it is brought up', async () => {
  const hold = 'apt-get -qq install --allow-downgrades -y andamio-base=1.0 >/dev/null; apt-mark hold andamio-base'
  await root().sh(`${hold}; apt-get -qq --allow-change-held-packages -y purge andamio-tool >/dev/null 2>&1 || :`)
  const newer = aptPackages([{ name: 'andamio-base', version: '2.0-*' }])
  const held = await answerOf(root(), newer)
  expect(newer.refuse?.(held, { change: () => false })).toMatchObject({ code: 'package-held' })
  await expect(newer.apply(root().writer, held)).rejects.toMatchObject({ failure: { code: 'apt-failed' } })
  await root().sh('apt-mark unhold andamio-base')
  const free = await answerOf(root(), newer)
  expect(newer.refuse?.(free, { change: () => false })).toBeUndefined()
  await newer.apply(root().writer, free)
  expect(newer.diff(await answerOf(root(), newer), { change: () => false })).toEqual([])
})

test('a removal takes nothing along that was not named', async () => {
  await aptPackages(['andamio-tool']).apply(root().writer, absent)
  const removal = aptPackagesAbsent(['andamio-base'])
  await expect(removal.apply(root().writer, await answerOf(root(), removal))).rejects.toMatchObject({
    failure: {
      code: 'apt-failed',
      stderr: expect.arrayContaining([expect.stringContaining('andamio-tool depends on')]),
    },
  })
})

test('what a killed dpkg left half done is finished', async () => {
  await root().sh(`dpkg --unpack --force-downgrade /srv/repo/andamio-tool_1.5.deb >/dev/null 2>&1`)
  const wish = aptPackages(['andamio-tool'])
  const is = await answerOf(root(), wish)
  const before = '1.5, unpacked'
  expect(wish.diff(is, { change: () => false })).toEqual([{ attribute: 'andamio-tool', before, after: 'installed' }])
  await wish.apply(root().writer, is)
  expect(wish.diff(await answerOf(root(), wish), { change: () => false })).toEqual([])
})

test('a package that nobody has is named, after the lists were fetched once more', async () => {
  const wish = aptPackages(['andamio-nowhere'])
  await expect(wish.apply(root().writer, absent)).rejects.toMatchObject({
    failure: { cause: 'E: Unable to locate package andamio-nowhere' },
  })
})

const applying = async (wish: AnyResource): Promise<unknown> => wish.apply(root().writer, await answerOf(root(), wish))

test.each<[string, string, () => Promise<unknown>]>([
  ['/var/lib/dpkg/lock-frontend', 'apt-get', () => aptGet(root().writer, ['install', 'andamio-base'], 'install')],
  ['/var/lib/dpkg/lock-frontend', 'dpkg', () => applying(aptPackagesAbsent(['andamio-base']))],
  ['/var/lib/apt/lists/lock', 'apt-get update', () => applying(repository())],
])('who holds %s is waited for and named by %s', async (lock, program, act) => {
  if (program === 'apt-get') await root().sh('dpkg --purge andamio-tool andamio-base')
  if (program === 'apt-get update') await root().sh('rm -f /var/lib/apt/lists/*Release')
  // apt heeds fcntl locks only; a file tells when the lock is held, and another that somebody was seen to wait for it.
  await root().sh(`rm -f /srv/held /srv/seen; cat >/srv/hold <<'END'
use Fcntl; open(F, ">>", $ARGV[0]) or die; my $lock = pack("s s x4 q q i", F_WRLCK, 0, 0, 0, 0);
fcntl(F, F_SETLK, $lock) or die; open(R, ">", "/srv/held"); close R;
for (1..500) { exit 0 if -e "/srv/seen"; select(undef, undef, undef, 0.05) } exit 1;
END`)
  const holder = root().connection.exec(`perl /srv/hold ${lock}`, { timeoutSeconds: 30 })
  await root().sh('for _ in $(seq 200); do [ -e /srv/held ] || sleep 0.05; done')
  const waitsBefore = root().waits.length
  const applied = act()
  await vi.waitUntil(() => root().waits.length > waitsBefore, { timeout: 20_000 })
  await root().sh(': >/srv/seen')
  await applied
  expect((await holder).code).toBe(0)
  expect(root().waits.at(-1)).toMatch(/^the package lock: .*lock.*, held by process \d+/)
})

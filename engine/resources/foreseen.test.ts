import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { AndamioError } from '../errors.ts'
import { ask } from '../resource/ask.ts'
import { convergeList } from '../resource/converge-list.ts'
import type { AnyResource } from '../resource/resource.ts'
import { command } from './command.ts'
import { directory } from './directory.ts'
import { file, fileAbsent } from './file.ts'
import { group } from './group.ts'
import { hostname } from './hostname.ts'
import { usePrivateRoot } from './private-root-fixture.ts'
import { symlink } from './symlink.ts'
import { sysctl } from './sysctl.ts'
import { user } from './user.ts'

const root = usePrivateRoot()
const paths = ['/etc/one.conf', '/srv/keeper/settings', '/srv/keeper/more', '/srv/keeper/current', '/etc/hostname']
const list: readonly AnyResource[] = [
  group({ name: 'keepers', gid: 4711 }),
  user({ name: 'keeper', uid: 4712, group: 'keepers', home: '/srv/keeper', groups: ['audio'] }),
  file({ path: '/etc/one.conf', content: 'one\ntwo\n', mode: '0600' }),
  directory({ path: '/srv/keeper', owner: 'keeper:keepers', mode: '0750' }),
  file({ path: '/srv/keeper/settings', content: 'pace=1\n', owner: 'root:keepers', mode: '0640' }),
  file({ path: '/srv/keeper/more', content: '' }),
  symlink({ path: '/srv/keeper/current', target: 'settings' }),
  command({ id: 'mark', run: 'date >/srv/keeper/mark', creates: '/srv/keeper/mark' }),
  fileAbsent('/etc/gone'),
  hostname('private'),
  sysctl({ 'net.ipv4.ip_forward': 1, 'net.ipv4.tcp_fin_timeout': 42 }, { name: '90-keeper' }),
]

/** Every change that is told, and the error that ended it, if one did. */
async function account(check: boolean): Promise<readonly string[]> {
  const told: string[] = []
  const target = {
    check,
    ask: (resources: readonly AnyResource[]) =>
      ask(resources, { host: root().connection, session: () => Promise.reject(new Error('no API here')) }),
    writerFor: () =>
      check ? Promise.reject(new Error('check mode asked for a writer')) : Promise.resolve(root().writer),
    changed: new Set<string>(),
  }
  await convergeList(list, target, {
    starts: () => undefined,
    ends: ({ kind, id }, { changes }) => {
      for (const { attribute, before, after } of changes)
        told.push(`${kind} ${id}: ${attribute} ${JSON.stringify(before)} -> ${JSON.stringify(after)}`)
    },
  }).catch(error => {
    if (!(error instanceof AndamioError)) throw error
    told.push(`ended: ${error.failure.code}`)
  })
  return told.sort()
}

/** Plain shell, and no code of the resources. */
const path = fc.constantFrom(...paths)
const onPath = fc.constantFrom<(path: string) => string>(
  path => `rm -rf ${path}`,
  path => `[ ! -f ${path} ] || echo '# by hand' >>${path}`,
  path => `rm -rf ${path}; ln -s /etc/nowhere ${path}`,
  path => `rm -rf ${path}; mkfifo ${path}`,
  path => `rm -rf ${path}; mkdir ${path}`,
  path => `[ -L ${path} ] || chmod 4755 ${path}`,
  path => `chown -h 1234:adm ${path}`,
)
const elsewhere = fc.constantFrom(
  'rm -rf /srv/keeper',
  'chmod 1777 /srv/keeper',
  'rm -f /srv/keeper/mark',
  'touch /etc/gone',
  'userdel keeper',
  'usermod -s /bin/false -g nogroup keeper',
  'gpasswd -d keeper audio',
  'groupmod -g 4799 keepers',
  'echo elsewhere >/proc/sys/kernel/hostname',
  'echo 0 >/proc/sys/net/ipv4/ip_forward',
  'rm -f /etc/sysctl.d/90-keeper.conf',
)
const damage = fc.oneof(
  fc.tuple(path, onPath).map(([path, script]) => script(path)),
  elsewhere,
)

beforeAll(async () => {
  await root().sh('rm -f /etc/hostname; getent group audio >/dev/null')
})

test('what check mode foresees of random states is what the run then does, and nothing is left after it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { maxLength: 6 }), async damages => {
      // What cannot be done to a thing that another has taken away is left out.
      await root().sh(damages.map(one => `(${one}) >/dev/null 2>&1 || :`).join('\n'))
      const foreseen = await account(true)
      expect(await account(false)).toEqual(foreseen)
      const ended = foreseen.find(line => line.startsWith('ended: '))
      expect([undefined, 'ended: path-occupied']).toContain(ended)
      // Nobody but a person removes what is in the way.
      if (ended)
        await root().sh(`for path in ${paths.join(' ')}; do [ ! -d "$path" ] || [ -L "$path" ] || rmdir "$path"; done`)
      if (ended) await account(false)
      expect(await account(true)).toEqual([])
    }),
    { numRuns: 20, endOnFailure: true },
  )
})

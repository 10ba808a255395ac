import { expect, test } from 'vitest'
import type { HostProbe } from '../resource/probe.ts'
import type { Resource } from '../resource/resource.ts'
import { file, fileAbsent } from './file.ts'
import { obeysLaws } from './laws.ts'
import type { PathState } from './path-state.ts'
import { usePrivateRoot } from './private-root-fixture.ts'

const root = usePrivateRoot()
const lawful = file({ path: '/srv/it', content: 'x' })
const probe = lawful.probe as HostProbe<PathState>
const writing = (what: string): HostProbe<PathState> => ({ ...probe, script: keys => `${what}\n${probe.script(keys)}` })
const wished = [{ attribute: 'content', before: null, after: 'x' }]

// Each breaks one law, and is otherwise a file like any other.
const lawless: readonly [string, Resource<PathState>, Resource<PathState>?][] = [
  ['probing or check mode wrote', { ...lawful, probe: writing(': >/srv/touched') }],
  ['probing changed what was there', { ...lawful, probe: writing('[ ! -e /srv/it ] || echo >>/srv/probes') }],
  ['still differs after it was applied', { ...lawful, diff: () => wished }],
  ['still differs after it was applied', { ...lawful, apply: async () => {} }],
  [
    'applying twice is not the same as once',
    {
      ...lawful,
      diff: is => (is.is === 'absent' ? wished : []),
      apply: async on => void (await on.run('echo >>/srv/it', { what: 'append' })),
    },
  ],
  ['nothing to change', { ...lawful, diff: () => [] }],
  ['its absence is met while it is there', lawful, { ...fileAbsent('/srv/it'), diff: () => [] }],
  [
    'does not undo',
    lawful,
    {
      ...fileAbsent('/srv/it'),
      diff: is => (is.is === 'present' && is.state.mode === '0644' ? wished : []),
      apply: async on => void (await on.run('chmod 0600 /srv/it', { what: 'keep it' })),
    },
  ],
]

test.each(lawless)('caught: %s', async (complaint, wish, undo) => {
  await root().sh('rm -rf /srv/*')
  await expect(obeysLaws(root(), { wish, ...(undo && { undo }) })).rejects.toThrow(complaint)
})

test('what obeys them all passes', async () => {
  await root().sh('rm -rf /srv/*')
  await obeysLaws(root(), { wish: lawful, undo: fileAbsent('/srv/it') })
})

import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { AndamioError } from '../../engine/errors.ts'
import { play } from '../../engine/play/play.ts'
import { defineRole } from '../../engine/play/role.ts'
import { onOperator } from '../../engine/resource/operator.ts'
import { type Resource, unknown } from '../../engine/resource/resource.ts'
import { operatorFile } from '../../engine/resources/operator-file.ts'
import { thisMachine } from './file-manager.ts'
import { eventsOf } from './testing/events-of.ts'
import { inProcess } from './testing/in-process.ts'

type Any = Resource<never, undefined>

let folder: string
const path = (name: string) => join(folder, name)
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drift-'))
  const hosts = '  cp: { groups: [control-plane], address: 192.0.2.1 }\n'
  await writeFile(path('lab.yaml'), `lab: drifting\nprovider: static\nhosts:\n${hosts}`)
  await writeFile(path('a'), 'as it was', { mode: 0o600 })
})
afterEach(() => rm(folder, { recursive: true }))

const untold: Any = {
  ...{ kind: 'late', id: 'x', diff: () => [], apply: async () => undefined },
  probe: onOperator(async () => unknown('until it is started')),
}

async function drift(args: readonly string[], resources: readonly Any[] = [], env: Record<string, string> = {}) {
  const file = operatorFile(path('a'), 'as it was') as unknown as Any
  const role = defineRole({ name: 'files', summary: '', vars: {}, resources: () => [file, ...resources] })
  const steps = () => [play('Write files', { on: thisMachine, roles: [role] })]
  const all = { XDG_STATE_HOME: path('state'), HOME: folder, ...env }
  const { exit, stdout, stderr } = await inProcess('drift', ['--inventory', path('lab.yaml'), ...args], all, steps)
  return { exit, stdout: stdout.replaceAll(folder, '').replace(/\d+\.\d s/, 'N s'), stderr }
}

it('ends with 0, in two lines or none, where nothing differs', async () => {
  expect(await drift([])).toEqual({
    exit: 0,
    stdout: expect.stringMatching(
      /^drift {2}lab drifting - .*lab\.yaml\nNothing differs: 1 thing looked at in N s\.\n$/,
    ),
    stderr: '',
  })
  expect(await drift(['--quiet'])).toEqual({ exit: 0, stdout: '', stderr: '' })
})

it('ends with 2 and a line for each difference, and changes nothing', async () => {
  await writeFile(path('a'), 'changed by hand')
  await chmod(path('a'), 0o644)
  const { exit, stdout } = await drift(['--quiet'], [untold])
  expect(exit).toBe(2)
  expect(stdout).toContain(`
  host  what: is -> should be, + missing, - too much
  lab   files: operator-file /a  content changed, mode 0644 -> 0600
  lab   files: late x  not known: until it is started
1 thing differs on lab, 1 thing not known: 2 things looked at in N s.
To see more: npx zx playbooks/up.mjs --inventory /lab.yaml --check --diff
To bring it back: npx zx playbooks/up.mjs --inventory /lab.yaml
`)
  expect(await readFile(path('a'), 'utf8')).toBe('changed by hand')
})

it('proposes to mend the part of the lab alone that it was to look at', async () => {
  await writeFile(path('a'), 'changed by hand', { mode: 0o644 })
  const { stdout } = await drift(['--limit', 'cp'])
  expect(stdout).toMatch(/To bring it back: .*up\.mjs --inventory \/lab\.yaml --limit cp$/m)
})

it('does not take what nobody can tell for being in order', async () => {
  expect(await drift([], [untold])).toMatchObject({
    exit: 2,
    stdout: expect.stringContaining('Nothing differs, 1 thing not known'),
  })
})

it('tells once what of a host is not known for one cause', async () => {
  const { stdout } = await drift([], [untold, { ...untold, id: 'y' }, { ...untold, id: 'z' }])
  expect(stdout).toContain('\n  lab   3 things not known: until it is started\nNothing differs, 3 things not known: ')
})

it('is a failure for JUnit, an annotation and a table for GitHub, and events for programs', async () => {
  await writeFile(path('a'), 'changed | by hand', { mode: 0o600 })
  const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: path('summary.md') }
  const { exit, stdout, stderr } = await drift(['--json', '--junit', path('drift.xml')], [], env)
  expect(exit).toBe(2)
  expect(await readFile(path('drift.xml'), 'utf8')).toMatch(
    /tests="1" failures="1"[\s\S]*<failure message="operator-file \S+ differs: content changed" type="drift">lab, files/,
  )
  expect(stderr).toMatch(/^::error title=drift::operator-file \S+ differs: content changed%0Alab, files$/m)
  expect(await readFile(path('summary.md'), 'utf8')).toMatch(
    /^### drift {2}lab drifting.*\n\n\| Host \| What \| Differs: is -> should be, [^|]*\|\n\|---\|---\|---\|\n\| lab \| operator-file \S+ \| content changed \|\n/,
  )
  const events = eventsOf(stdout)
  expect(events.at(-1)).toMatchObject({ type: 'run.end', exit: 2 })
  expect(events.find(({ type }) => type === 'resource.end')).not.toHaveProperty('failure')
})

it('says what stands against looking', async () => {
  const failing: Any = {
    ...untold,
    diff: () => [{ attribute: 'a', before: 1, after: 2 }],
    probe: onOperator(async () => ({ is: 'absent' })),
  }
  const refuse = () => new AndamioError({ code: 'c', message: 'it cannot come' }).failure
  const { exit, stdout } = await drift(['--quiet'], [{ ...failing, refuse }])
  expect(exit).toBe(70)
  expect(stdout).toContain('it cannot come')
  expect(stdout).toMatch(
    /\nNothing that was looked at differs: 2 things looked at in .*; 1 failure, so not all was looked at\.\n/,
  )
})

it('has no way to act', async () => {
  expect(await drift(['--yes'])).toMatchObject({ exit: 64, stderr: expect.stringContaining("unknown option '--yes'") })
})

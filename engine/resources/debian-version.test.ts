import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareVersions } from './debian-version.ts'

const piece = fc.constantFrom('0', '1', '2', '9', '10', '007', '.', '~', '+', 'a', 'rc', 'Z', '-')
const upstream = fc.array(piece, { maxLength: 6 }).map(pieces => `1${pieces.join('')}`.replace(/-$/, '-0'))
const version = fc.tuple(fc.constantFrom('', '0:', '1:'), upstream, fc.constantFrom('', '-1', '-1.1', '-2~b1'))
const pairs = fc.array(fc.tuple(version, version), { minLength: 200, maxLength: 200 })

test('versions compare as dpkg itself compares them', () => {
  const [all = []] = fc.sample(pairs, 1)
  const asked = all.map(([one, other]) => [one.join(''), other.join('')] as const)
  const script = asked.map(
    ([one, other]) =>
      `if dpkg --compare-versions '${one}' lt '${other}'; then echo -1
elif dpkg --compare-versions '${one}' eq '${other}'; then echo 0; else echo 1; fi`,
  )
  const { stdout, stderr } = spawnSync('sh', ['-s'], { input: script.join('\n'), encoding: 'utf8' })
  expect(stderr).toBe('')
  const said = stdout.trim().split('\n').map(Number)
  const ours = asked.map(([one, other]) => Math.sign(compareVersions(one, other)) + 0)
  expect(asked.map((pair, at) => [...pair, ours[at]])).toEqual(asked.map((pair, at) => [...pair, said[at]]))
})

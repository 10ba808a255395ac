import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quote } from '../shell/quote.ts'
import { anyCharacter } from '../shell/testing/any-character.ts'
import { compose, type Fragment } from './batch.ts'

const fragment = (script: string, timeoutSeconds = 30): Fragment => ({ script, timeoutSeconds })

function run(shell: string, fragments: readonly Fragment[], guarded = false) {
  const batch = compose(fragments, guarded)
  const { stdout, stderr } = spawnSync(shell, ['-s'], { input: batch.script, timeout: 60_000 })
  return batch.parse(stdout, stderr.toString())
}

describe.each(['dash', 'bash'])('a batch in %s', shell => {
  it('answers every fragment in order, with status and complaints of its own', () => {
    const answers = run(shell, [fragment('echo one'), fragment('echo bad >&2; exit 3'), fragment('printf "a\\nb"')])
    expect(answers).toEqual([
      { status: 0, stdout: 'one', stderr: '' },
      { status: 3, stdout: '', stderr: 'bad' },
      { status: 0, stdout: 'a\nb', stderr: '' },
    ])
  })

  it('keeps fragments apart: variables, folder, exit, input', () => {
    const answers = run(shell, [fragment('x=1; cd /; set -e; exit 0'), fragment('echo "[$x]$(cat)"')])
    expect(answers[1]?.stdout).toBe('[]')
  })

  it('frames any output, counted in bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: anyCharacter }), { minLength: 1, maxLength: 20 }), texts => {
        const clean = texts.map(text => text.replaceAll('\0', '').replace(/\n+$/, ''))
        const answers = run(
          shell,
          clean.map(text => fragment(`printf %s ${quote(text)}`)),
        )
        expect(answers.map(answer => answer?.stdout)).toEqual(
          clean.map(text => Buffer.from(text, 'utf8').toString('utf8')),
        )
      }),
      { numRuns: 30 },
    )
  })

  it('is not fooled by output that looks like a frame', () => {
    const answers = run(shell, [fragment("printf 'deadbeef 1 0 5\\nhello\\n'"), fragment('echo real')])
    expect(answers[1]?.stdout).toBe('real')
  })

  it('runs nothing at all when it arrives cut off', () => {
    const batch = compose([fragment('echo ran'), fragment('echo ran')], false)
    for (let cut = 1; cut < batch.script.length - 2; cut += 7) {
      expect(spawnSync(shell, ['-s'], { input: batch.script.slice(0, cut) }).stdout.toString()).toBe('')
    }
  })

  it('guarded, isolates a fragment that hangs and one that does not parse', () => {
    const answers = run(shell, [fragment('sleep 60', 1), fragment('if then'), fragment('echo fine')], true)
    expect(answers[0]?.status).toBe(124)
    expect(answers[1]?.status).not.toBe(0)
    expect(answers[2]).toMatchObject({ status: 0, stdout: 'fine' })
  })
})

it('gives no answer for a frame whose end has not arrived', () => {
  const batch = compose([fragment(''), fragment('')], false, 'aa')
  expect(batch.parse(Buffer.from('aa 0 0 2\nok\naa 1 0 9\npartial'), '')).toEqual([
    { status: 0, stdout: 'ok', stderr: '' },
    undefined,
  ])
})

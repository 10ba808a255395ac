import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { calls } from './api.ts'
import { actionOf } from './service-error.ts'

const guide = await readFile(new URL('../../../docs/ec2.md', import.meta.url), 'utf8')
const actions = calls.map(actionOf).sort()

test('the guide lists every permission that a lab takes', () => {
  const section = guide.slice(guide.indexOf('## Permissions'), guide.indexOf('```json'))
  const told = [...section.matchAll(/`([A-Z]\w+)`/g)].map(([, name]) => name)
  // What is asked for in words that make nothing is named a second time.
  expect([...new Set(told)].filter(name => name !== 'DryRun').sort()).toEqual(actions)
})

interface Statement {
  readonly Sid: string
  readonly Action: readonly string[]
  readonly Condition?: unknown
}

test('its policy permits the same, each once, and removal of what is marked alone', () => {
  const [, text = ''] = /```json\n([\s\S]*?)```/.exec(guide) ?? []
  const { Statement: statements } = JSON.parse(text) as { readonly Statement: readonly Statement[] }
  expect(statements.flatMap(({ Action }) => Action).sort()).toEqual(actions.map(action => `ec2:${action}`))
  const ending = actions.filter(action => /^(Delete|Terminate)/.test(action) && action !== 'DeleteTags')
  const marked = statements.filter(({ Condition }) => Condition !== undefined)
  expect(marked.flatMap(({ Action }) => Action).sort()).toEqual(ending.map(action => `ec2:${action}`))
  // The one that can be left out is all, and nothing, that the second list has.
  const own = /For a network of the lab's own these, too:\n(.*)/.exec(guide)?.[1]?.match(/[A-Z]\w+/g) ?? []
  const network = statements.find(({ Sid }) => Sid === 'NetworkOfTheLab')?.Action ?? []
  expect(network).toEqual(own.filter(action => !ending.includes(action)).map(action => `ec2:${action}`))
})

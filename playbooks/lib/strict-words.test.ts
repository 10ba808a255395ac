import { expect, it } from 'vitest'
import { play } from '../../engine/play/play.ts'
import { refuseUnknownGroups, refuseUnknownTakeOver, strictWords } from './strict-words.ts'

const words = { play: () => 'a play', hosts: () => 'hosts' }
const lab = {
  file: 'lab.yaml',
  // As an inventory gives them: with every group that a play names.
  groups: new Map([
    ['all', ['cp']],
    ['storage', []],
    ['sotrage', []],
  ]),
  hosts: [{ name: 'cp', groups: ['all'], size: {}, vars: {} }],
}
const on = (group: string) => [play('Prepare', { on: group, roles: [] })]

it('gives the words there are', () => {
  const { play, hosts } = strictWords('up', 'step', words)
  expect([play(), hosts()]).toEqual(['a play', 'hosts'])
})

it('refuses a word that does not exist, with the closest', () => {
  const asked = () => Reflect.get(strictWords('up', 'step', words), 'plya')
  expect(asked).toThrow(
    expect.objectContaining({
      exit: 64,
      failure: expect.objectContaining({ message: 'There is no step plya', next: expect.stringContaining('play') }),
    }),
  )
})

it('refuses a play for a group that nobody knows, and lets one of the lab be empty', () => {
  for (const group of ['all', 'cp', 'storage']) refuseUnknownGroups('up', on(group), lab, ['storage'])
  const refused = () => refuseUnknownGroups('up', on('sotrage'), lab, ['storage'])
  expect(refused).toThrow(
    expect.objectContaining({
      exit: 64,
      failure: expect.objectContaining({ code: 'group-unknown', next: expect.stringContaining('storage') }),
    }),
  )
})

it('refuses to take over a host that nobody knows', () => {
  refuseUnknownTakeOver([], lab)
  refuseUnknownTakeOver(['cp'], lab)
  expect(() => refuseUnknownTakeOver(['cp', 'pc'], lab)).toThrow(
    expect.objectContaining({
      exit: 64,
      failure: expect.objectContaining({ code: 'unknown-host', next: 'did you mean cp?' }),
    }),
  )
})

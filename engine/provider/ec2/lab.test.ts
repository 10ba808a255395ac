import { expect, test } from 'vitest'
import { foreign } from './lab.ts'

const lab = {
  name: 'test',
  journal: { id: 'mine' },
  account: { region: 'eu-west-1' },
} as Parameters<typeof foreign>[0]

test('what carries our name and another id, or none, is not ours, and it is told what it is', () => {
  expect(foreign(lab, [{ id: 'i-1', lab: 'mine' }])).toBeUndefined()
  const theirs =
    foreign(lab, [
      { id: 'i-1', lab: 'mine' },
      { id: 'i-2', lab: 'theirs' },
    ]) ?? ''
  expect(theirs).toBe('the account has another lab test in eu-west-1: i-2 belongs to lab id theirs, and ours is mine')
  const nobodys =
    foreign(lab, [
      { id: 'i-1', lab: 'mine' },
      { id: 'i-3', lab: undefined },
    ]) ?? ''
  expect(nobodys).toMatch(/^i-3 in eu-west-1 carries the tag andamio:lab=test and no andamio:id/)
  expect(nobodys).toMatch(/take the tag andamio:lab off/)
  expect(nobodys).not.toContain('undefined')
  // Nor is it a lab's that has no id yet.
  expect(foreign({ ...lab, journal: {} as typeof lab.journal }, [{ id: 'i-3', lab: undefined }])).toBe(nobodys)
})

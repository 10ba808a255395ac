import { expect, it } from 'vitest'
import { acceptance, byNumber } from './acceptance.ts'

it('is told by number, so that whoever looks for one finds it', () => {
  const fileManager = ['S1-A2', 'S1-A5', 'S1-A9', 'S1-A10'].map(id => ({ id, title: id, look: async () => '' }))
  expect(byNumber([...acceptance, ...fileManager]).map(({ id }) => id)).toEqual([
    ...['S1-A1', 'S1-A2', 'S1-A5-probe', 'S1-A5', 'S1-A6-probe', 'S1-A8'],
    ...['S1-A9-5MB', 'S1-A9-100MB', 'S1-A9', 'S1-A10'],
  ])
})

import { expect, it } from 'vitest'
import { Lines } from './lines.ts'
import { Sink } from './samples/sink.ts'
import { styleOf } from './style.ts'

const text = 'worker1  running 10.55.0.11  Ready v1.36.2  control-plane, storage-registry'
const lines = (columns: number) =>
  new Lines({ style: styleOf(new Sink(), false), columns: () => columns, verbose: false, diff: false }).notice({
    ...{ type: 'notice', at: '', level: 'info' },
    text,
  })

it.each([24, 32, 50, 80, 120])('a notice has no line wider than %i columns, and loses no word', columns => {
  for (const line of lines(columns)) expect(line.length).toBeLessThanOrEqual(columns)
  expect(lines(columns).join(' ').split(/ +/).slice(1)).toEqual(['info', ...text.split(/ +/)])
})

it('a notice goes on below where it began, if there is room', () => {
  expect(lines(50)).toEqual([
    '  info          worker1  running 10.55.0.11  Ready',
    '                v1.36.2  control-plane,',
    '                storage-registry',
  ])
  expect(lines(32)[1]).toMatch(/^ {4}\S/)
})

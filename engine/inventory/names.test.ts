import { expect, it } from 'vitest'
import { expandRange } from './names.ts'

it.each([
  ['cp', ['cp']],
  ['w[1:3]', ['w1', 'w2', 'w3']],
  ['w[08:11]-x', ['w08-x', 'w09-x', 'w10-x', 'w11-x']],
  ['w[1:9:3]', ['w1', 'w4', 'w7']],
  ['rack[a:c]', ['racka', 'rackb', 'rackc']],
  ['[a:b][1:2]', ['a1', 'a2', 'b1', 'b2']],
  ['w[5:5]', ['w5']],
  ['w[10012:10013]', ['w10012', 'w10013']],
])('takes %s apart', (text, names) => expect(expandRange(text)).toEqual(names))

it.each([
  ['w[3:1]', 'the range runs backwards: 3 is more than 1'],
  ['w[c:a]', 'the range runs backwards: c is more than a'],
  ['w[1:1001]', 'more than 1000 hosts'],
  ['w[1:100000]', 'more than 1000 hosts'],
  ['w[1:40][1:40]', 'more than 1000 hosts'],
  ...['w[1]', 'w[]', 'w[1:2', 'w1:2]', 'w[a:3]', 'w[1:c]', 'w[1:3:0]', 'w[[1:2]]', 'w[-1:2]'].map(text => [
    text,
    'a range is written name[1:3]',
  ]),
])('refuses %s', (text, why) => expect(expandRange(text as string)).toBe(why))

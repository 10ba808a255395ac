import { expect, it } from 'vitest'
import { prettyReporter } from './pretty.ts'
import { ended } from './samples/parts.ts'
import { Script } from './samples/script.ts'
import { Sink } from './samples/sink.ts'

const patch = (name: string, lines: readonly string[]): string =>
  ['--- /dev/null', `+++ ${name}`, `@@ -0,0 +1,${lines.length} @@`, ...lines.map(line => `+${line}`), ''].join('\n')
const long = ['one', 'two', 'three', 'four']

/** What is shown of files that two hosts get, each as `NAME` with its lines. */
function shown(files: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const script = new Script()
  const play = 'Write'
  script.tell({ type: 'run.start', playbook: 'up', lab: 'lab', inventory: 'lab.yaml', check: false, hosts: ['a', 'b'] })
  script.tell({ type: 'play.start', play, hosts: ['a', 'b'] })
  for (const [name, lines] of Object.entries(files))
    for (const host of ['a', 'b'])
      ended(script, play, host, 'role', `file ${name}`, 'changed', {
        changes: [{ attribute: 'content', before: null, after: 'x', text: patch(name, lines) }],
      })
  const stream = new Sink(100)
  const reporter = prettyReporter({ stream, tty: false, diff: true, verbose: true })
  for (const event of script.events) reporter.on(event)
  reporter.close()
  return stream.text.split('\n').flatMap(line => line.match(/\| (.*)/)?.[1] ?? [])
}

it('shows once what several files hold, and names the file and the host that show it', () => {
  expect(shown({ '/etc/first': long, '/etc/second': long })).toEqual([
    'new, 4 lines',
    '+one',
    '+two',
    '+three',
    '+four',
    'the same as on a',
    'the same as /etc/first on a',
    'the same as /etc/first on a',
  ])
})

it('shows in each file what is as short as a word on where else it stands, and what differs in one line', () => {
  expect(shown({ '/etc/first': ['one'], '/etc/second': ['one'] })).toEqual([
    'new, 1 line',
    '+one',
    'the same as on a',
    'new, 1 line',
    '+one',
    'the same as on a',
  ])
  expect(shown({ '/etc/first': long, '/etc/second': [...long.slice(1), 'five'] })).toHaveLength(12)
})

import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { partialPrefix } from '../protocol/names.ts'
import { homeOf } from '../testing/client.ts'
import { labs } from '../testing/lab.ts'
import { oneFile } from '../testing/one-file.ts'
import { everythingIn } from '../testing/serving.ts'
import { keys, Terminal } from '../testing/terminal.ts'

const { lab, folder, made } = labs()
const program = await oneFile('client', folder())
const terminals: Terminal[] = []
afterEach(() => {
  for (const terminal of terminals.splice(0)) terminal.close()
})

const { tab, enter, up, ctrlC, ctrlD } = keys

/** A person in an empty folder, at the prompt. */
async function sit() {
  const there = await lab()
  const here = folder()
  const terminal = new Terminal([program, `127.0.0.1:${there.broker.port}`], here, homeOf(folder(), made, '127.0.0.1'))
  terminals.push(terminal)
  expect(await terminal.sees(/^> /m)).toBe('Connected to 127.0.0.1, served by one.\n> ')
  const says = async (line: string): Promise<string> => {
    terminal.type(line + enter)
    return (await terminal.sees(/\n> /)).slice(0, -3)
  }
  return { ...there, here, terminal, says }
}

test('the demo of the lab goes as it is told', async () => {
  const { data, here, terminal, says } = await sit()
  const texts = { 'test1.txt': 'Este es el archivo de prueba 1\n', 'test2.txt': 'dos\n', 'demo.txt': 'demo\n' }
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(here, name), text)
  expect(await says('ls')).toMatch(/demo\.txt\n.*test1\.txt\n.*test2\.txt\n3 files here/)
  expect(await says('lls')).toContain('No files on the server.')
  expect(await says('upload test1.txt')).toContain('Uploaded test1.txt (31 B).')
  expect(await says('upload test2.txt')).toContain('Uploaded test2.txt (4 B).')
  expect(await says('upload demo.txt')).toContain('Uploaded demo.txt (5 B).')
  expect(await says('lls')).toMatch(/demo\.txt\n.*test1\.txt\n.*test2\.txt\n3 files on the server/)
  expect(await says('download test1.txt')).toContain('test1.txt is here already, the same to the byte.')
  terminal.type(`exit${enter}`)
  expect(await terminal.exit()).toBe(0)
  expect(everythingIn(data)).toEqual(Object.keys(texts).sort())
  expect(readFileSync(join(data, 'test1.txt'), 'utf8')).toBe(texts['test1.txt'])
})

test('tab completes commands, names here and names there, and earlier commands come back', async () => {
  const { data, here, terminal } = await sit()
  mkdirSync(join(here, 'sub'))
  for (const name of ['two words.txt', 'sub/inner.txt', 'bad\x1b[2Jname']) writeFileSync(join(here, name), 'x')
  for (const name of ['remote one.txt', 'remote two.txt']) writeFileSync(join(data, name), 'x')
  terminal.type(`upl${tab}`)
  await terminal.sees(/upload /)
  terminal.type(`tw${tab}`)
  await terminal.sees(/two\\ words\.txt /)
  terminal.type(`su${tab}`)
  await terminal.sees(/sub\//)
  terminal.type(`in${tab}`)
  await terminal.sees(/inner\.txt /)
  terminal.type(enter)
  await terminal.sees(/Uploaded sub\/inner\.txt \(1 B\)\.\n> |Uploaded two words.txt \(1 B\)\.\n> /)
  terminal.type(`download "rem${tab}`)
  await terminal.sees(/"remote /)
  terminal.type(`t${tab}`)
  await terminal.sees(/two\.txt" /)
  terminal.type(enter)
  await terminal.sees(/Downloaded remote two\.txt \(1 B\)\.\n> /)
  terminal.type(up + up)
  await terminal.sees(/upload two\\ words\.txt sub\/inner\.txt/)
  expect(everythingIn(data)).toEqual(['inner.txt', 'remote one.txt', 'remote two.txt', 'two words.txt'])
})

test('Ctrl-C ends a transfer and leaves nothing to be seen, and a second one the program', async () => {
  const { data, here, gate, terminal, says } = await sit()
  writeFileSync(join(here, 'big'), randomBytes(30_000_000))
  gate.after(5_000_000, () => {
    gate.hold()
    terminal.type(ctrlC)
  })
  terminal.type(`upload big${enter}`)
  await terminal.sees(/\^C/)
  gate.letGo()
  await terminal.sees(/Interrupted\. The same command goes on where it stopped\.\n> /)
  expect(everythingIn(data).filter(name => !name.startsWith(partialPrefix))).toEqual([])
  expect(await says('upload big')).toMatch(/Uploaded big \(28\.6 MiB, [0-9.]+ [KM]iB of it earlier/)
  expect(readFileSync(join(data, 'big')).equals(readFileSync(join(here, 'big')))).toBe(true)
  terminal.type(`half a line${ctrlC}`)
  await terminal.sees(/half a line\^C\n> /)
  terminal.type(ctrlC)
  await terminal.sees(/\(Ctrl-C again, Ctrl-D or exit to leave\)\n> /)
  terminal.type(ctrlC)
  expect(await terminal.exit()).toBe(130)
})

test('progress is shown on one line, which goes when all is done', async () => {
  const { here, terminal } = await sit()
  writeFileSync(join(here, 'big'), randomBytes(80_000_000))
  terminal.type(`upload big${enter}`)
  // Its rate is told after a second, which this may not take.
  await terminal.sees(/big {2}\[#*>\.*\] +\d+% {2}[0-9.]+ [KM]?i?B of 76\.3 MiB/)
  await terminal.sees(/Uploaded big \(76\.3 MiB.*\)\.\n> /)
})

test('a question is asked before a file gives way', async () => {
  const { data, here, terminal } = await sit()
  writeFileSync(join(data, 'a'), 'theirs')
  writeFileSync(join(here, 'a'), 'mine')
  terminal.type(`download a${enter}`)
  await terminal.sees(/a is here already, and is not the same\. Replace it\? \[y\/N\/all\] /)
  terminal.type(`n${enter}`)
  await terminal.sees(/error: a is here already.*\n(.*\n)?> /)
  expect(readFileSync(join(here, 'a'), 'utf8')).toBe('mine')
  terminal.type(`download a${enter}`)
  await terminal.sees(/\[y\/N\/all\] /)
  terminal.type(ctrlC)
  await terminal.sees(/Interrupted\..*\n> /)
  terminal.type(`download a${enter}`)
  await terminal.sees(/\[y\/N\/all\] /)
  terminal.type(`y${enter}`)
  await terminal.sees(/Downloaded a \(6 B\)\.\n> /)
  expect(readFileSync(join(here, 'a'), 'utf8')).toBe('theirs')
})

test('a loss is told above what is being typed, the next command connects again, and Ctrl-D leaves', async () => {
  const { gate, terminal } = await sit()
  terminal.type('ll')
  await terminal.sees(/ll/)
  gate.cut()
  await terminal.sees(/The connection to one was lost: .*\. The next command connects\sagain\.\n> ll/)
  terminal.type(`s${enter}`)
  await terminal.sees(/Connected to 127\.0\.0\.1, served by one\.\nNo files on the server\.\n> /)
  terminal.type(ctrlD)
  expect(await terminal.exit()).toBe(0)
})

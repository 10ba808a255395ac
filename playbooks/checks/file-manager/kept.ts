import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Check, expect } from '../../../engine/play/checks.ts'
import { quote } from '../../../engine/shell/quote.ts'
import { clientDoes, listed } from './client.ts'
import { sharedPlace } from './stored.ts'
import type { Visit } from './visit.ts'

/** A15: on the storage host's own disk the files are what was uploaded, byte for byte. */
export const onStorageHost = ({ run, files }: Visit): Check => ({
  id: 'S1-A15',
  title: 'The storage host has the files, byte for byte',
  async look() {
    const { host, folder } = sharedPlace(run)
    const paths = files.map(({ name }) => `${folder}/${name}`)
    const answer = await run.reach().readOn(host, `sha256sum -- ${paths.map(quote).join(' ')}`)
    expect(answer.is === 'present', answer.is === 'unknown' ? answer.why : `${host} is not there`)
    const wanted = files.map(({ content }, index) => `${sha256(content)}  ${paths[index]}`)
    expect(
      answer.state.trim() === wanted.join('\n'),
      `${host} has\n${answer.state.trim()}\nand not\n${wanted.join('\n')}`,
    )
    return `${host}: ${paths.join(', ')}`
  },
})

/** A16: whoever comes later sees the same files, whichever server is met. */
export const seenAgain = (visit: Visit): Check => ({
  id: 'S1-A16',
  title: 'A second client sees the same files',
  async look() {
    const names = visit.files.map(({ name }) => name)
    const ended = await clientDoes(visit, visit.nodes.at(-1) ?? '', ['lls', 'exit'], 'second')
    const there = listed(ended)
    const missing = names.filter(name => !there.includes(name))
    expect(missing.length === 0, `${ended.server} does not list ${missing.join(', ')}`)
    return `${names.join(', ')} by ${ended.server}`
  },
})

/** A17: what is downloaded into an empty folder is what was uploaded. */
export const downloaded = (visit: Visit): Check => ({
  id: 'S1-A17',
  title: 'It downloads what was uploaded',
  async look() {
    const [file] = visit.files
    const server = await downloadsAll(visit, visit.nodes.at(-1) ?? '', 'third')
    return `${file?.name}: ${file?.content.trim()}, by ${server}`
  },
})

/** Every file of the visit by way of `node`, into a folder of its own. The check fails unless it is what it was. */
export async function downloadsAll(visit: Visit, node: string, place: string): Promise<string> {
  const { files } = visit
  const ended = await clientDoes(visit, node, [...files.map(({ name }) => `download ${name}`), 'exit'], place)
  const folder = await visit.place(place)
  for (const { name, content } of files) {
    const got = await readFile(join(folder, name), 'utf8').catch((error: Error) => error.message)
    expect(got === content, `${name} from ${ended.server} is ${JSON.stringify(got)}`)
  }
  return ended.server
}

const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex')

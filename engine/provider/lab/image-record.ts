import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '../../report/events.ts'
import type { Answer } from '../../resource/resource.ts'
import { keyOf, withName, withoutName } from './any-host.ts'
import { writeFileAtomically } from './atomic.ts'
import { readJson } from './read-json.ts'

/** What hosts of one image answer, by `kind id`; null where they do not agree. */
type Recorded = Record<string, Answer<Json> | null>

/** Content that is another one on every host is never what a role wishes. */
const anyHash = 'sha256:another on every host'

/**
 * What hosts have answered at their first boot, by the name of their image, in a folder of the cache: an image never
 * changes, so what one host has told of it `--check` can say of the next.
 */
export class ImageRecord {
  readonly #folder: string
  readonly #ofEachMachine: RegExp
  /** Who has told what in this run: only the first answer is of a host that nobody has changed. */
  readonly #told = new Set<string>()

  /** What is never the image's own, by `kind id`; else all assertions, which are about disks, clocks and processors. */
  constructor(folder: string, ofEachMachine = /^assertion /) {
    this.#folder = folder
    this.#ofEachMachine = ofEachMachine
  }

  /** Whether any image was met before. */
  get some(): boolean {
    return existsSync(this.#folder) && readdirSync(this.#folder).length > 0
  }

  /** Undefined where nobody knows. */
  answer(image: string, host: string, kind: string, id: string): Answer<Json> | undefined {
    const answer = this.#read(image)[withoutName(keyOf(kind, id), host)]
    return answer ? withName(answer, host) : undefined
  }

  /** Keeps what a host that was made in this run has answered, unless it has been asked that before. */
  learn(
    image: string,
    host: string,
    answers: Iterable<readonly [kind: string, id: string, answer: Answer<Json>]>,
  ): void {
    const record = this.#read(image)
    let news = false
    for (const [kind, id, answer] of answers) {
      const key = withoutName(keyOf(kind, id), host)
      const who = JSON.stringify([host, key])
      if (this.#told.has(who) || answer.is === 'unknown' || this.#ofEachMachine.test(keyOf(kind, id))) continue
      this.#told.add(who)
      const general = withoutName(answer, host)
      const before = record[key]
      if (before === null || JSON.stringify(before) === JSON.stringify(general)) continue
      record[key] = before === undefined ? general : agreed(before, general)
      news = true
    }
    if (news) writeFileAtomically(this.#file(image), `${JSON.stringify(record, undefined, 2)}\n`)
  }

  #read(image: string): Recorded {
    return readJson<Recorded>(this.#file(image)) ?? {}
  }

  #file(image: string): string {
    return join(this.#folder, `${image.replaceAll('/', '-')}.json`)
  }
}

function agreed(one: Answer<Json>, other: Answer<Json>): Answer<Json> | null {
  const [first, second] = [one, other].map(answer =>
    JSON.stringify(answer).replaceAll(/"sha256:[^"]*"/g, `"${anyHash}"`),
  )
  return first === second ? (JSON.parse(first as string) as Answer<Json>) : null
}

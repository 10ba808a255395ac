import { readFileSync } from 'node:fs'
import type { Json } from '../../report/events.ts'
import type { Answer } from '../../resource/resource.ts'

type Recorded = Readonly<Record<string, Answer<Json>>>

let recorded: Recorded | undefined

/**
 * What a resource's probe answers on the first boot of the base image, as a test has recorded it: with it `--check` can
 * say what would be done on a host that does not exist yet.
 */
export function pristineAnswer(kind: string, id: string): Answer<Json> | undefined {
  recorded ??= JSON.parse(readFileSync(new URL('./pristine.json', import.meta.url), 'utf8')) as Recorded
  return recorded[`${kind} ${id}`]
}

import type { Json } from '../../report/events.ts'
import type { Answer } from '../../resource/resource.ts'
import type { Provider } from '../provider.ts'
import type { ImageRecord } from './image-record.ts'

export interface KnownImage {
  readonly record: ImageRecord
  /** What a host's image is called, each version of it by another name; undefined where nobody knows yet. */
  image(host: string): string | undefined
  /** Hosts that were made in this run: nobody has changed them before. */
  readonly fresh: ReadonlySet<string>
  /** What is sure of every such image, whoever was asked. */
  sure(host: string, kind: string, id: string): Answer<Json> | undefined
}

/** What `--check` says of hosts that do not exist: what is sure, else what the first hosts of their image have told. */
export const knownImage = ({
  record,
  image,
  fresh,
  sure,
}: KnownImage): Required<Pick<Provider, 'pristine' | 'learns'>> => ({
  pristine(host, kind, id) {
    const name = image(host)
    return sure(host, kind, id) ?? (name === undefined ? undefined : record.answer(name, host, kind, id))
  },
  learns(host, answers) {
    const name = fresh.has(host) ? image(host) : undefined
    if (name === undefined) return
    const told = [...answers].map(([{ kind, id }, answer]) => [kind, id, answer] as const)
    record.learn(
      name,
      host,
      told.filter(([kind, id]) => !sure(host, kind, id)),
    )
  },
})

import type { Json } from '../report/events.ts'
import type { ApiProbe, ApiTarget } from './probe.ts'
import { type Answer, present } from './resource.ts'

/** This machine, where the operator sits: the target of what a provider or the mirror makes here. Always there. */
export const operator: ApiTarget<undefined, undefined> = {
  name: 'this machine',
  open: async () =>
    present({ reader: undefined, writerFor: () => undefined, roundTrips: () => 0, close: async () => undefined }),
}

/** A probe that looks at this machine; `read` changes nothing. */
export const onOperator = <S extends Json>(read: () => Promise<Answer<S>>): ApiProbe<S, undefined> => ({
  of: 'api',
  target: operator,
  read,
})

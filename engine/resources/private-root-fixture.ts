import { afterAll, beforeAll } from 'vitest'
import { PrivateRoot } from './private-root.ts'

/** A private root for the tests of one file: opened before them, gone after them. */
export function usePrivateRoot(): () => PrivateRoot {
  let root: PrivateRoot | undefined
  beforeAll(async () => {
    root = await PrivateRoot.open()
  })
  afterAll(() => root?.close())
  return () => {
    if (!root) throw new Error('the private root is there within tests only')
    return root
  }
}

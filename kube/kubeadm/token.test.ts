import { expect, test } from 'vitest'
import type { Secret } from '../../engine/shell/secret.ts'
import { ApiRefusal } from '../api/errors.ts'
import type { ClusterWriter } from '../api/writer.ts'
import { withJoinToken } from './token.ts'

const refused = (status: number, reason: string) => new ApiRefusal('it', status, { reason })

/** A cluster that keeps names of tokens, and fails as it is told to after having done what it was asked. */
function clusterThat(fails: { readonly create?: Error; readonly delete?: Error }) {
  const tokens = new Set<string>()
  const api = {
    now: async () => new Date(0),
    create: async ({ metadata }: { metadata: { name: string } }) => {
      tokens.add(metadata.name)
      if (fails.create) throw fails.create
    },
    delete: async ({ name }: { name: string }) => {
      tokens.delete(name)
      if (fails.delete) throw fails.delete
    },
  }
  return { tokens, api: api as unknown as ClusterWriter }
}

test('a token is there while it is used, and only then', async () => {
  const { tokens, api } = clusterThat({})
  const use = async (token: Secret) => expect([...tokens]).toEqual([`bootstrap-token-${token.reveal().split('.')[0]}`])
  await withJoinToken(api, 'worker1', use)
  expect([...tokens]).toEqual([])
})

test('a token whose making was answered by an error may be there all the same, and is taken away', async () => {
  const lost = refused(500, 'InternalError')
  const { tokens, api } = clusterThat({ create: lost })
  const use = () => Promise.reject(new Error('used all the same'))
  await expect(withJoinToken(api, 'worker1', use)).rejects.toBe(lost)
  expect([...tokens]).toEqual([])
})

test('a token that is there already is ours: the answer to its making was lost', async () => {
  const { tokens, api } = clusterThat({ create: refused(409, 'AlreadyExists') })
  let used = 0
  await withJoinToken(api, 'worker1', async () => void used++)
  expect(used).toBe(1)
  expect([...tokens]).toEqual([])
})

test('why a node did not join is told, also where its token cannot be taken away', async () => {
  const why = new Error('its kubelet does not start')
  const { api } = clusterThat({ delete: refused(503, 'ServiceUnavailable') })
  await expect(withJoinToken(api, 'worker1', () => Promise.reject(why))).rejects.toBe(why)
})

test('a token that cannot be taken away after a join is an error', async () => {
  const why = refused(503, 'ServiceUnavailable')
  await expect(withJoinToken(clusterThat({ delete: why }).api, 'worker1', async () => undefined)).rejects.toBe(why)
})

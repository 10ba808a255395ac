import { expect, it, vi } from 'vitest'
import type { ApiClient } from './client.ts'
import { ClusterReader } from './reader.ts'

it('asks for the words of the container before the last restart by name, and else for none of them', async () => {
  const send = vi.fn(async () => ({ status: 200, headers: {}, body: 'words' }))
  const reader = new ClusterReader({ send } as unknown as ApiClient)
  expect(await reader.logs('app', 'web', 'main', 20, { previous: true })).toBe('words')
  expect(await reader.logs('app', 'web', 'main', 20)).toBe('words')
  const path = '/api/v1/namespaces/app/pods/web/log'
  const query = { container: 'main', tailLines: '20' }
  expect(send.mock.calls).toEqual([
    [{ method: 'GET', path, query: { ...query, previous: 'true' }, accept: '*/*' }],
    [{ method: 'GET', path, query: { ...query, previous: undefined }, accept: '*/*' }],
  ])
})

it('gives none of an answer that is no', async () => {
  const send = async () => ({ status: 400, headers: {}, body: 'previous terminated container "main" not found' })
  const reader = new ClusterReader({ send } as unknown as ApiClient)
  const asked = reader.logs('app', 'web', 'main', 20, { previous: true })
  await expect(asked).rejects.toMatchObject({
    failure: { code: 'api-refused', cause: expect.stringContaining('main') },
  })
})

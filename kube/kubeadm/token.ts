import { randomInt } from 'node:crypto'
import { Secret } from '../../engine/shell/secret.ts'
import { ApiRefusal } from '../api/errors.ts'
import type { ObjectRef } from '../api/objects.ts'
import type { ClusterWriter } from '../api/writer.ts'

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'
const letters = (count: number): string =>
  Array.from({ length: count }, () => alphabet.charAt(randomInt(alphabet.length))).join('')

const lifeMinutes = 15

/**
 * Has `use` join one node with a token of its own, which is revoked when it ends. What kills us between is answered by
 * the token's short life, told by the API server's clock.
 */
export async function withJoinToken(
  api: ClusterWriter,
  node: string,
  use: (token: Secret) => Promise<void>,
): Promise<void> {
  const [id, secret] = [letters(6), letters(16)]
  const ref: ObjectRef = { apiVersion: 'v1', kind: 'Secret', namespace: 'kube-system', name: `bootstrap-token-${id}` }
  const expires = new Date((await api.now()).getTime() + lifeMinutes * 60_000)
  const token = {
    apiVersion: ref.apiVersion,
    kind: ref.kind,
    metadata: { name: ref.name, namespace: 'kube-system' },
    type: 'bootstrap.kubernetes.io/token',
    stringData: {
      description: `for ${node} to join`,
      'token-id': id,
      'token-secret': secret,
      expiration: expires.toISOString(),
      'usage-bootstrap-authentication': 'true',
      'usage-bootstrap-signing': 'true',
      'auth-extra-groups': 'system:bootstrappers:kubeadm:default-node-token',
    },
  }
  try {
    await api.create(token).catch((error: unknown) => {
      // Nobody else would hit on this name: our own request was made again because its answer was lost.
      if (!isThere(error)) throw error
    })
    await use(new Secret(`${id}.${secret}`))
  } catch (error) {
    await api.delete(ref).catch(() => undefined)
    throw error
  }
  await api.delete(ref)
}

const isThere = (error: unknown): boolean => error instanceof ApiRefusal && error.reason === 'AlreadyExists'

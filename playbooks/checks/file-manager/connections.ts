import { randomBytes } from 'node:crypto'
import { expect } from '../../../engine/play/checks.ts'
import { FileManagerError } from '../../../images/file-manager/protocol/errors.ts'
import { brokerPort } from '../../../images/file-manager/protocol/limits.ts'
import { connect, type Session } from '../../../images/file-manager/protocol/session.ts'
import type { Visit } from './visit.ts'

/** One connection to the server that the cluster chooses, found through the broker by way of `node`. To be closed. */
export async function meet({ access }: Pick<Visit, 'access'>, node: string): Promise<Session> {
  const { authority, token } = access
  const client = randomBytes(16).toString('hex')
  const hello = { role: 'client', host: node, client, ...(token !== undefined && { token }) } as const
  const broker = await connect({ host: node, port: brokerPort, authority, hello })
  try {
    const server = await broker.request({ type: 'locate' })
    return await connect({ ...server, authority, hello })
  } finally {
    await broker.close()
  }
}

/**
 * Connects anew, by way of one node after the other, until the server of this name answers; what `use` makes of it. A node
 * may not have heard yet which servers there are: a connection that it leads nowhere is one attempt, and no more.
 */
export async function meetServer<T>(
  visit: Visit,
  name: string,
  attempts: number,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const { nodes } = visit
  const met = new Set<string>()
  for (let attempt = 0; attempt < attempts && !visit.run.signal.aborted; attempt++) {
    const session = await meet(visit, nodes[attempt % nodes.length] ?? '').catch(unlessMayPass)
    if (session === undefined) continue
    try {
      if (session.welcome.name === name) return await use(session)
      met.add(session.welcome.name)
    } finally {
      await session.close()
    }
  }
  expect(false, `${attempts} connections reached ${[...met].join(', ') || 'nobody'}, and never ${name}`)
}

function unlessMayPass(error: unknown): undefined {
  if (error instanceof FileManagerError && ['unreachable', 'lost', 'not-ready'].includes(error.errorCode)) return
  throw error
}

/** All names that a server lists. */
export async function namesBy(session: Session): Promise<readonly string[]> {
  const names: string[] = []
  let after: string | undefined
  do {
    const { files, next } = await session.request({ type: 'list', ...(after !== undefined && { after }) })
    names.push(...files.map(({ name }) => name))
    after = next
  } while (after !== undefined)
  return names
}

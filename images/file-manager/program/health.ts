import type { Credentials } from '../protocol/credentials.ts'
import { connect } from '../protocol/session.ts'

/** Asks the program that listens on `port` of this host whether it is ready, as a probe does. Throws when it is not. */
export async function askHealth(port: number, credentials: Credentials): Promise<void> {
  const authority = credentials.authority()
  const session = await connect({ host: 'localhost', port, authority, hello: { role: 'health' } })
  await session.close()
}

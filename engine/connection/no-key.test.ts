import { expect, it } from 'vitest'
import type { SshEndpoint } from './connection.ts'
import { connectSsh } from './ssh.ts'

it('does not blame a host to which no key could be shown', async () => {
  const endpoint: SshEndpoint = {
    ...{ address: '127.0.0.1', port: 9, user: 'root', agent: false, knownHostsFile: '/dev/null', jump: [] },
    identityFiles: ['/nowhere/key'],
  }
  await expect(connectSsh('cp', endpoint)).rejects.toMatchObject({
    exit: 69,
    failure: {
      code: 'login-refused',
      message: 'There is no key to log in to cp with',
      cause: '/nowhere/key: no such file',
    },
  })
})

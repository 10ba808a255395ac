import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../../../engine/connection/testing/sshd.ts'
import { pythonEnvironment } from '../python.ts'
import { images } from './images.ts'

/** What of its many dependencies EC2 takes, and nothing for other services. */
const packages = ['moto[ec2]==5.2.1', 'flask==3.1.3', 'flask-cors==6.0.5']
const startLimitSeconds = 90

export interface Moto {
  readonly url: string
  /** As if the account had just been opened. */
  reset(): Promise<void>
  stop(): Promise<void>
}

/** Starts moto, which speaks EC2's own language, on a port of this machine. Installed once, from PyPI. */
export async function startMoto(): Promise<Moto> {
  const python = join(await pythonEnvironment({ name: 'moto', packages }), 'bin', 'python3')
  const port = await freePort()
  const folder = await mkdtemp(join(tmpdir(), 'andamio-moto-'))
  await writeFile(join(folder, 'images.json'), JSON.stringify(images))
  const env = { ...process.env, MOTO_AMIS_PATH: join(folder, 'images.json') }
  const stdio = ['ignore', 'ignore', 'ignore'] as const
  // It ends with this process, however that ends.
  const words = ['--pdeathsig', 'KILL', '--', python, '-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)]
  const server = spawn('setpriv', words, { env, stdio: [...stdio] })
  const url = `http://127.0.0.1:${port}`
  const stop = async () => {
    await end(server)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await untilItAnswers(url, server)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url,
    stop,
    reset: async () => {
      const answer = await fetch(`${url}/moto-api/reset`, { method: 'POST' })
      if (!answer.ok) throw new Error(`moto did not reset: ${answer.status}`)
    },
  }
}

async function untilItAnswers(url: string, server: ChildProcess): Promise<void> {
  for (const began = performance.now(); performance.now() - began < startLimitSeconds * 1000; ) {
    if (server.exitCode !== null) throw new Error(`moto ended with status ${server.exitCode}`)
    const answered = await fetch(`${url}/moto-api/`).then(
      answer => answer.ok,
      () => false,
    )
    if (answered) return
    await pause(100)
  }
  throw new Error(`moto has not answered within ${startLimitSeconds} s`)
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = once(server, 'exit')
  server.kill('SIGKILL')
  await ended
}

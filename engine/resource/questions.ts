import { setImmediate } from 'node:timers/promises'
import type { Connection } from '../connection/connection.ts'
import { compose, type Fragment, type FragmentAnswer } from './batch.ts'

/** One a fragment, in order; undefined where no whole answer came back. */
type Answers = readonly (FragmentAnswer | undefined)[]

interface Question {
  readonly fragments: readonly Fragment[]
  readonly resolve: (answers: Answers) => void
  readonly reject: (error: unknown) => void
}

/** What has been asked of a host since this machine last had nothing else to do. */
const open = new WeakMap<Connection, Question[]>()

/**
 * Asks a host. Whatever is asked of it in the same moment, by whomever, travels as one script: so what a host is and how
 * a play's resources stand on it cost one round trip together, and neither knows of the other.
 *
 * Rejects with what the connection rejects with.
 */
export function askHost(connection: Connection, fragments: readonly Fragment[]): Promise<Answers> {
  return new Promise((resolve, reject) => {
    const question = { fragments, resolve, reject }
    const others = open.get(connection)
    if (others) others.push(question)
    else {
      open.set(connection, [question])
      void send(connection)
    }
  })
}

async function send(connection: Connection): Promise<void> {
  await setImmediate()
  const questions = open.get(connection) ?? []
  open.delete(connection)
  try {
    const answers = await answersTo(
      questions.flatMap(({ fragments }) => fragments),
      connection,
    )
    let at = 0
    for (const { fragments, resolve } of questions) {
      resolve(answers.slice(at, at + fragments.length))
      at += fragments.length
    }
  } catch (error) {
    for (const { reject } of questions) reject(error)
  }
}

/** A fragment that hangs or does not parse takes all others with it: then each is asked again on its own. */
async function answersTo(fragments: readonly Fragment[], connection: Connection): Promise<Answers> {
  const answers = await performed(fragments, connection, false).catch((error): Answers => {
    if (!isTimeout(error)) throw error
    return []
  })
  const whole = answers.length === fragments.length && !answers.includes(undefined)
  return whole ? answers : performed(fragments, connection, true)
}

async function performed(fragments: readonly Fragment[], connection: Connection, guarded: boolean): Promise<Answers> {
  const { script, nonce, timeoutSeconds, parse } = compose(fragments, guarded)
  const result = await connection.exec('sh -s', { stdin: script, nonce, timeoutSeconds })
  return parse(result.stdout, result.stderr)
}

const isTimeout = (error: unknown): boolean =>
  (error as { failure?: { code?: string } }).failure?.code === 'command-timeout'

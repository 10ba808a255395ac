import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { contenders } from '../peers/contenders.ts'
import { peersEnvironment } from '../peers/environment.ts'
import { Stage } from '../peers/stage.ts'
import { timedRun } from '../peers/timed-run.ts'
import { workOf } from '../peers/work.ts'
import { type Answer, nonceOf, withoutNonce } from './answers.ts'
import { runWork } from './run-work.ts'
import { describe, makeKeys } from './simulated-hosts.ts'
import { startSshServer } from './ssh-server.ts'

/**
 * Records what a real host in order answers: does the work on one, then runs the same playbook against a server that
 * hands every script on to it.
 */
export async function record(file: string): Promise<void> {
  const peers = await peersEnvironment()
  const stage = await Stage.open({ work: workOf(20), hosts: 1, delayMilliseconds: 0 }, peers)
  try {
    const { andamio } = contenders
    andamio.refuse(await timedRun(andamio.command(stage, peers), stage.folder), stage, 'any')
    const answers: Answer[] = []
    const home = join(stage.folder, 'recording')
    const { hostKey, userKey, identity } = makeKeys(home)
    const server = await startSshServer({
      hostKey,
      userKey,
      answer: async (_command, script) => {
        const nonce = nonceOf(script)
        if (nonce === undefined) throw new Error(`a converged host is asked to do something: ${script}`)
        const said = await stage.say(script)
        answers.push({
          script: withoutNonce(script, nonce),
          stdout: withoutNonce(said.stdout, nonce),
          stderr: withoutNonce(said.stderr, nonce),
        })
        return { status: 0, ...said }
      },
    })
    await runWork(describe([server.port], identity, home), { home, playbook: join(stage.folder, 'andamio/work.mjs') })
    server.close()
    await writeFile(file, `${JSON.stringify(answers, null, 2)}\n`)
  } finally {
    await stage.close()
  }
}

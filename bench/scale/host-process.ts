/**
 * A process that is many hosts: `host-process.ts COUNT`. Told by its parent what they answer, it tells their ports, and
 * ends with its parent.
 */
import { type Answer, answerTo } from './answers.ts'
import { startSshServer } from './ssh-server.ts'

export interface HostsWish {
  readonly hostKey: string
  readonly userKey: string
  readonly count: number
  readonly answers: readonly Answer[]
}

process.once('disconnect', () => process.exit())
process.once('message', async (wish: HostsWish) => {
  const ports: number[] = []
  for (let host = 0; host < wish.count; host++) {
    const { port } = await startSshServer({
      ...wish,
      answer: (_command, stdin) => {
        const found = answerTo(stdin, wish.answers)
        // What nobody has recorded must fail the run, and say why.
        if (!found)
          return {
            status: 99,
            stdout: '',
            stderr: `no answer is recorded (npm run bench:scale -- --record) to: ${stdin}`,
          }
        return { status: 0, stdout: found.stdout, stderr: found.stderr }
      },
    })
    ports.push(port)
  }
  process.send?.(ports)
})

import { type AndamioError, usageError } from '../errors.ts'
import { answerTo } from './answer-to.ts'
import { keptOf } from './forget-lab.ts'
import type { Run } from './run.ts'
import type { Step } from './step.ts'

/**
 * Asks for the lab's name before anything is removed; not where there is no lab. `--yes` answers for those who cannot be
 * asked. Throws `hosts-stay` where there is nothing that could be removed, whatever the answer.
 */
export function confirmName(consequence: string): Step {
  return {
    title: 'Ask before anything is removed',
    roles: [],
    groups: [],
    async perform(run: Run): Promise<void> {
      if (run.provider.hostsStay) throw hostsStay(run.provider.name)
      const { name } = run.lab
      const seen = [...run.found.values()].some(({ is }) => is !== 'absent')
      if (!seen && (await keptOf(run)).length === 0) {
        run.emit({ type: 'notice', level: 'info', text: `There is no lab ${name} on this machine.` })
        return
      }
      if (!run.options.check)
        await askName(run, [consequence, ...(await thereIs(run))].join('\n'), 'nothing was removed')
    },
  }
}

/** What there is to be removed, and where: a line, or none where no host is there. */
async function thereIs(run: Run): Promise<readonly string[]> {
  if (run.options.yes) return []
  const hosts = [...run.found].flatMap(([host, { is }]) =>
    is === 'absent' || (run.limited && !run.takesPart(host)) ? [] : [host],
  )
  const place = await run.provider.place?.()
  return hosts.length + (place?.length ?? 0) === 0
    ? []
    : [`There: ${hosts.join(', ') || 'no host'}${place === undefined ? '' : `, in ${place}`}.`]
}

/** Goes on where the lab's name is typed, or `--yes` given. Else throws `not-confirmed`, saying that `nothing` was done. */
export async function askName(run: Run, consequence: string, nothing: string): Promise<void> {
  if (run.options.yes) return
  const { name } = run.lab
  const answer = await ask(`${consequence}\nType the lab's name, ${name}, to go on: `, run.signal)
  if (answer.trim() === name) return
  throw usageError({
    code: 'not-confirmed',
    message: `The lab's name is ${name}; ${nothing}`,
    next: 'Run again and type it, or give --yes.',
  })
}

/** Whether a question that is to be answered by yes or no is answered by yes. Throws as `ask` does. */
export const agrees = async (question: string, signal: AbortSignal): Promise<boolean> =>
  /^y(es)?$/i.test((await ask(question, signal)).trim())

/** A question on the terminal. Throws `cannot-ask` where there is none, and `RunStopped` on an interrupt. */
export async function ask(question: string, signal: AbortSignal): Promise<string> {
  if (!process.stdin.isTTY) {
    throw usageError({
      code: 'cannot-ask',
      message: 'This needs an answer, and there is no terminal to ask on',
      cause: question.split('\n')[0] ?? '',
      next: 'Give --yes.',
    })
  }
  return answerTo(question, { echo: true }, signal)
}

const hostsStay = (provider: string): AndamioError =>
  usageError({
    code: 'hosts-stay',
    message: `Hosts of the provider ${provider} were there before the lab, and are not removed; nothing was changed`,
    cause: 'down cannot yet take off again what up has put on them',
    next: 'docs/errors.md (hosts-stay) says how to do that by hand.',
  })

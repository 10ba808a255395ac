import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Event, PlayEnd, ResourceEnd, RunEnd } from '../../engine/report/events.ts'
import { say } from './proof.ts'

export const project = fileURLToPath(new URL('../..', import.meta.url))

export interface PlaybookResult {
  readonly exit: number | null
  readonly seconds: number
  readonly events: readonly Event[]
  readonly end: RunEnd | undefined
  readonly stderr: string
}

export interface RunningPlaybook {
  readonly pid: number
  readonly done: Promise<PlaybookResult>
  /** Resolves with the first event that `wanted` likes, or undefined when the run ends without one. */
  until(wanted: (event: Event) => boolean): Promise<Event | undefined>
  kill(signal: NodeJS.Signals): void
}

/**
 * Starts a playbook as a user does, with `--json`, and shows what it tells people as it goes. `name` is one of ours, or
 * the path of another from the project's folder. `within` are words in front of the command: where it is to run.
 */
export function startPlaybook(
  name: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  within: readonly string[] = [],
): RunningPlaybook {
  const began = performance.now()
  const words = ['npx', 'zx', name.includes('/') ? name : `playbooks/${name}.mjs`, '--json', ...args]
  const [program = '', ...rest] = [...within, ...words]
  // A group of its own, so that a kill reaches what npx started and nothing else.
  const child = spawn(program, rest, {
    cwd: project,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const events: Event[] = []
  const watchers = new Set<{ wanted: (event: Event) => boolean; found: (event: Event | undefined) => void }>()
  let stderr = ''
  let killed = false
  createInterface({ input: child.stdout }).on('line', line => {
    // The last line of a run that is killed may be cut off; any other is an event or a bug.
    if (killed && !line.endsWith('}')) return
    const event = JSON.parse(line) as Event
    events.push(event)
    for (const watcher of [...watchers]) {
      if (!watcher.wanted(event)) continue
      watchers.delete(watcher)
      watcher.found(event)
    }
  })
  createInterface({ input: child.stderr }).on('line', line => {
    stderr += `${line}\n`
    say(`  ${name}: ${line}`)
  })
  const done = new Promise<PlaybookResult>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', exit => {
      for (const watcher of watchers) watcher.found(undefined)
      const end = events.findLast((event): event is RunEnd => event.type === 'run.end')
      resolve({ exit, seconds: (performance.now() - began) / 1000, events, end, stderr })
    })
  })
  return {
    pid: child.pid as number,
    done,
    until: wanted => new Promise(found => watchers.add({ wanted, found })),
    kill: signal => {
      killed = true
      process.kill(-(child.pid as number), signal)
    },
  }
}

export const runPlaybook = (...asked: Parameters<typeof startPlaybook>): Promise<PlaybookResult> =>
  startPlaybook(...asked).done

export function secondsOfPlay({ events }: PlaybookResult, play: string): number {
  const end = events.find((event): event is PlayEnd => event.type === 'play.end' && event.play === play)
  if (!end) throw new Error(`the run did not end a play "${play}"`)
  return end.seconds
}

/** `host kind id` of everything that changed, or would. */
export function changedIds({ events }: PlaybookResult): string[] {
  return events
    .filter(
      (event): event is ResourceEnd => event.type === 'resource.end' && /^(changed|would-change)$/.test(event.outcome),
    )
    .map(({ host, kind, id }) => `${host} ${kind} ${id}`)
    .sort()
}

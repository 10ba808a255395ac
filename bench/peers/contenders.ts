import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PeersEnvironment } from './environment.ts'
import { allAsWished } from './render/shell.ts'
import type { Stage } from './stage.ts'
import type { Command, TimedRun } from './timed-run.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))

export interface Contender {
  /** As the table calls it. */
  readonly label: string
  /** Its settings, and why these. */
  readonly settings: string
  command(stage: Stage, peers: PeersEnvironment): Command
  /** Throws where its own output does not say that all hosts were reached and that so many resources changed on each. */
  refuse(run: TimedRun, stage: Stage, changed: Changed): void
}

/** How many resources a host has to be told as changed: a number, or any where the work begins from nothing. */
export type Changed = number | 'any'

const environment = (stage: Stage, { bin }: PeersEnvironment): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${bin}:${process.env.PATH}`,
  HOME: join(stage.folder, 'home'),
  XDG_STATE_HOME: join(stage.folder, 'state'),
  // Else npx asks its registry, in a home that is new, whether there is a newer npm.
  npm_config_update_notifier: 'false',
})

/** `h1 : ok=20 changed=0 unreachable=0 failed=0`, which Ansible and andamio both end with. */
function refuseRecap({ output, exit }: TimedRun, { hosts }: Stage, changed: Changed): void {
  const lines = new Map(
    [...output.matchAll(/^(\S+)\s*: ok=\d+\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)/gm)].map(
      ([, host = '', ...counts]) => [host, counts.map(Number)],
    ),
  )
  const wrong = hosts.filter(({ name }) => {
    const [told, unreachable, failed] = lines.get(name) ?? []
    return unreachable !== 0 || failed !== 0 || (changed !== 'any' && told !== changed)
  })
  if (exit !== 0 || wrong.length > 0) throw invalid(output, `exit ${exit}, not as it should be on ${names(wrong)}`)
}

/** The row of its table that sums up: hosts, success, error, no change. */
function refuseGrandTotal({ output, exit }: TimedRun, { hosts }: Stage, changed: Changed): void {
  const [, success, error] = output.match(/Grand total[^\n]*?\s+(\d+|-)\s+(\d+|-)\s+(?:\d+|-)\s*$/m) ?? []
  const wanted = changed === 'any' ? success : changed === 0 ? '-' : String(changed * hosts.length)
  const reached = [...output.matchAll(/^\s*\[\S+\] Connected$/gm)].length
  if (exit !== 0 || error !== '-' || success !== wanted || reached !== hosts.length)
    throw invalid(output, `exit ${exit}, ${reached} hosts reached, ${success} changed, ${error} failed`)
}

function refuseLook({ output, exit }: TimedRun, { hosts }: Stage): void {
  const good = output.split('\n').filter(line => line === allAsWished).length
  if (exit !== 0 || good !== hosts.length) throw invalid(output, `exit ${exit}, all as wished on ${good} hosts`)
}

const names = (hosts: Stage['hosts']): string => hosts.map(({ name }) => name).join(', ') || 'none'
const invalid = (output: string, why: string): Error => new Error(`${why}:\n${output.slice(-3000)}`)

const ours = (program: string, ...before: readonly string[]): Contender['command'] => {
  return (stage, peers) => ({
    program,
    args: [
      ...before,
      join(stage.folder, 'andamio/work.mjs'),
      ...['--inventory', join(stage.folder, 'andamio/lab.yaml'), '--forks', String(stage.hosts.length)],
    ],
    cwd: project,
    env: environment(stage, peers),
  })
}

const ansible = (config: string): Contender['command'] => {
  return (stage, peers) => ({
    program: 'ansible-playbook',
    args: ['work.yaml'],
    cwd: join(stage.folder, 'ansible'),
    env: { ...environment(stage, peers), ANSIBLE_CONFIG: join(stage.folder, 'ansible', `${config}.cfg`) },
  })
}

const limit = (script: string): Contender['command'] => {
  return (stage, peers) => ({
    program: 'sh',
    args: [`limit/${script}.sh`],
    cwd: stage.folder,
    env: environment(stage, peers),
  })
}

/** Who takes part, by the names that results have. */
export const contenders = {
  andamio: {
    label: 'andamio',
    settings: '`npx zx`, as its guide says; `--forks` for all hosts, so that all are worked on at once',
    command: ours('npx', 'zx'),
    refuse: refuseRecap,
  },
  'andamio-node': {
    label: 'andamio, by `node`',
    settings: 'the same playbook without npx and zx, whose own start is not ours to shorten',
    command: ours('node'),
    refuse: refuseRecap,
  },
  ansible: {
    label: 'ansible-core, pipelined',
    settings:
      'pipelining, which saves it a login and a copy a task; ControlPersist, one login a host; forks for all hosts, so that ' +
      'all are worked on at once; no facts, for the work asks for none, so none are kept either; the interpreter named, ' +
      'else each host is searched for one; one collection, else all are searched. A task begins when all hosts have done ' +
      'the one before, which is its default and what roles of a cluster count on',
    command: ansible('pipelined'),
    refuse: refuseRecap,
  },
  'ansible-free': {
    label: 'ansible-core, pipelined, `free`',
    settings: 'the same where no host waits for another between two tasks',
    command: ansible('free'),
    refuse: refuseRecap,
  },
  'ansible-not-pipelined': {
    label: 'ansible-core, not pipelined',
    settings: 'the same without pipelining, which is its default',
    command: ansible('not-pipelined'),
    refuse: refuseRecap,
  },
  mitogen: {
    label: 'ansible-core with Mitogen',
    settings: "Mitogen's linear strategy, which keeps one interpreter a host for all tasks; else as pipelined",
    command: ansible('mitogen'),
    refuse: refuseRecap,
  },
  'mitogen-free': {
    label: 'ansible-core with Mitogen, `free`',
    settings: 'the same where no host waits for another between two tasks',
    command: ansible('mitogen-free'),
    refuse: refuseRecap,
  },
  pyinfra: {
    label: 'pyinfra',
    settings:
      'all hosts at once, which is its default; no confirmation, for nobody is there to give it; facts it asks for once a ' +
      'run by itself',
    command: (stage, peers) => ({
      program: 'pyinfra',
      args: ['-y', '--sudo', 'inventory.py', 'deploy.py'],
      cwd: join(stage.folder, 'pyinfra'),
      env: environment(stage, peers),
    }),
    refuse: refuseGrandTotal,
  },
  limit: {
    label: 'the limit: one script a host by `ssh`',
    settings: 'OpenSSH, one cold connection a host, all at once; a script that only knows this work, and looks',
    command: limit('look'),
    refuse: refuseLook,
  },
  'limit-blank': {
    label: 'the limit: a script of bare commands by `ssh`',
    settings:
      'OpenSSH, one cold connection a host, all at once; apt-get and the rest, with few processes, looking at nothing',
    command: limit('apply'),
    refuse: ({ exit, output }) => {
      if (exit !== 0) throw invalid(output, `exit ${exit}`)
    },
  },
} satisfies Record<string, Contender>

export type ContenderName = keyof typeof contenders

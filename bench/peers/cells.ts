import { type Measured, medianSeconds, type Sample } from '../results.ts'
import type { ContenderName } from './contenders.ts'
import { largeUpload, type UploaderName } from './large-upload.ts'
import { type Resources, type Work, workOf } from './work.ts'

/** One row of measurements: the same hosts, the same work, all contenders in turn. */
export interface Cell {
  readonly title: string
  readonly work: Work
  readonly hosts: number
  readonly delayMilliseconds: number
  /** How hosts stand when a contender begins. */
  readonly from: 'converged' | 'blank' | 'one file changed'
  readonly contenders: readonly ContenderName[]
  /** Who of the usual ones does not take part, and why. */
  readonly leftOut?: string
  readonly goals: readonly Goal[]
  /** Told where a goal is missed: what a profile has shown. */
  readonly missed?: (samples: Measured['samples']) => string
}

/** One that no host and no playbook is needed for. */
export interface OwnCell extends Pick<Cell, 'title' | 'goals' | 'missed'> {
  /** What is done, for the page. */
  readonly about: string
  measure(rounds: number): Promise<Readonly<Record<string, readonly Sample[]>>>
}

/** A ratio of medians, `of` over `to`, that is at least or at most so much. */
export interface Goal {
  readonly of: ContenderName | UploaderName
  readonly to: ContenderName | UploaderName
  readonly atLeast?: number
  readonly atMost?: number
}

const all: readonly ContenderName[] = ['andamio', 'andamio-node', 'limit', 'pyinfra', 'mitogen', 'ansible']
/** With what hosts of a cluster cannot have, where each may need what another has done. */
const allWays: readonly ContenderName[] = [...all, 'mitogen-free', 'ansible-free']
const startOf: Record<Cell['from'], readonly [words: string, contenders: readonly ContenderName[]]> = {
  converged: ['Converged', all],
  blank: ['From blank', ['andamio', 'andamio-node', 'limit-blank', 'pyinfra', 'mitogen', 'ansible']],
  'one file changed': ['One file changed', ['andamio', 'pyinfra', 'mitogen', 'ansible']],
}
export const starts = Object.keys(startOf) as Cell['from'][]
/** Of a run that is begun as the guide says, and of one without the two programs in front of it. */
const nearTheLimit = (to: ContenderName, atMost: number): readonly Goal[] =>
  (['andamio', 'andamio-node'] as const).map(of => ({ of, to, atMost }))
const startOfNpx: Cell['missed'] = samples => {
  const before = (medianSeconds(samples.andamio) - medianSeconds(samples['andamio-node'])).toFixed(2)
  return (
    `${before} s of andamio's are npx and zx, before the first line of the playbook, while the hosts have nothing to do. By a ` +
    'profile, npx spends eight tenths of its processor time on loading its own modules.'
  )
}
const nothingLess: readonly Goal[] = [
  { of: 'ansible', to: 'andamio', atLeast: 25 },
  { of: 'mitogen', to: 'andamio', atLeast: 8 },
  { of: 'pyinfra', to: 'andamio', atLeast: 3 },
  ...nearTheLimit('limit', 1.3),
]
const neverSlower: readonly Goal[] = (['ansible', 'mitogen', 'pyinfra'] as const).map(of => ({
  of,
  to: 'andamio',
  atLeast: 1,
}))

const uploads: Work = {
  packages: [],
  units: [],
  sysctls: [],
  mounts: [],
  directories: [{ path: '/etc/bench', mode: '0755', owner: 'root' }],
  files: Array.from({ length: 100 }, (_, index) => ({
    path: `/etc/bench/${index}.conf`,
    mode: '0644',
    owner: 'root',
    content: `${index}\n`.padEnd(10 * 1024, `${index} of a file that is as long as many are\n`),
  })),
}

/** By the names that `npm run bench -- NAME` takes. */
export const cells = {
  'converged-20-5': { ...converged(20, 5, 0, nothingLess), contenders: allWays, missed: startOfNpx },
  'converged-20-5-10ms': { ...converged(20, 5, 10, nothingLess), contenders: allWays, missed: startOfNpx },
  'converged-100-20-80ms': {
    ...converged(100, 20, 80, [{ of: 'ansible', to: 'andamio', atLeast: 50 }, ...nearTheLimit('limit', 1.3)]),
    contenders: ['andamio', 'andamio-node', 'limit', 'ansible'],
    leftOut: 'pyinfra and Mitogen: five rounds of the others take three hours as it is',
  },
  'converged-20-1': {
    ...converged(20, 1, 0, neverSlower),
    contenders: [...all, 'ansible-not-pipelined'],
  },
  'blank-20-5': {
    ...onDemand({ resources: 20, hosts: 5, delayMilliseconds: 0, from: 'blank' }),
    goals: [...neverSlower, ...nearTheLimit('limit-blank', 1.05)],
    missed: () =>
      'By its own `--profile`, 0.7 s are npx, Node and zx before the first line, 0.9 s the look at how the hosts stand, which ' +
      'the bare script does without, and 0.2 s the look at the end. Nearly all else is `apt-get`, whose time comes and goes ' +
      'from round to round by more than the goal allows.',
  },
  'one-changed-100-5': {
    ...onDemand({ resources: 100, hosts: 5, delayMilliseconds: 0, from: 'one file changed' }),
    goals: neverSlower,
  },
  'upload-100-files': {
    title: 'Upload of 100 files of 10 KiB, 1 host',
    work: uploads,
    hosts: 1,
    delayMilliseconds: 0,
    from: 'blank',
    contenders: ['andamio', 'mitogen', 'ansible'],
    leftOut: 'pyinfra: it takes three minutes a round',
    goals: [{ of: 'ansible', to: 'andamio', atLeast: 5 }],
  },
  'upload-1-gib': {
    title: 'Upload of 1 GiB to an sshd on loopback',
    measure: rounds => largeUpload(rounds, 1024),
    about:
      'Between two processes of this machine, and no host: one file, to a real sshd on loopback. What arrived is compared.',
    goals: (['sftp', 'sftp-aes'] as const).map(of => ({ of, to: 'andamio-upload', atLeast: 0.9 })),
    missed: () =>
      'Both sides share two processors. Ours sums on both sides and brings the file to the disk as well, while the rest is ' +
      'sent: by a profile of 1 GiB on an idle machine, each sum is 0.6 s of processor, and what reads back for it on the host 0.4.',
  },
} satisfies Record<string, Cell | OwnCell>

export type CellName = keyof typeof cells
export const cellNames = Object.keys(cells) as CellName[]

/** What a cell is made of that has no name, and no goals. */
export interface OnDemand extends Pick<Cell, 'hosts' | 'delayMilliseconds' | 'from'> {
  readonly resources: Resources
}

export function onDemand({ resources, hosts, delayMilliseconds, from }: OnDemand): Cell {
  const [starts, contenders] = startOf[from]
  const trip = delayMilliseconds === 0 ? '' : `, ${delayMilliseconds} ms a round trip`
  return {
    title: `${starts}, ${resources} resources, ${hosts} ${hosts === 1 ? 'host' : 'hosts'}${trip}`,
    ...{ work: workOf(resources), hosts, delayMilliseconds, from, contenders, goals: [] },
  }
}

function converged(resources: Resources, hosts: number, delayMilliseconds: number, goals: readonly Goal[]): Cell {
  return { ...onDemand({ resources, hosts, delayMilliseconds, from: 'converged' }), goals }
}

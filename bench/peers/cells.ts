import type { Sample } from '../results.ts'
import type { ContenderName } from './contenders.ts'
import { largeUpload } from './large-upload.ts'
import { type Work, workOf } from './work.ts'

/** One row of measurements: the same hosts, the same work, all contenders in turn. */
export interface Cell {
  readonly title: string
  readonly work: Work
  readonly hosts: number
  readonly delayMilliseconds: number
  /** How hosts stand when a contender begins. */
  readonly from: 'converged' | 'blank' | 'one file changed'
  readonly contenders: readonly ContenderName[]
  readonly goals: readonly Goal[]
  /** Told where a goal is missed: what a profile has shown. */
  readonly missed?: string
}

/** One that no host and no playbook is needed for. */
export interface OwnCell extends Pick<Cell, 'title' | 'goals' | 'missed'> {
  measure(rounds: number): Promise<Readonly<Record<string, readonly Sample[]>>>
}

/** A ratio of medians, `of` over `to`, that is at least or at most so much. */
export interface Goal {
  readonly of: ContenderName | 'sftp'
  readonly to: ContenderName
  readonly atLeast?: number
  readonly atMost?: number
}

const all: readonly ContenderName[] = ['andamio', 'andamio-node', 'limit', 'pyinfra', 'mitogen', 'ansible']
/** Of a run that is begun as the guide says, and of one without the two programs in front of it. */
const nearTheLimit: readonly Goal[] = (['andamio', 'andamio-node'] as const).map(of => ({
  of,
  to: 'limit',
  atMost: 1.3,
}))
const startOfNpx =
  'On an idle machine `npx` takes 0.46 s and zx 0.13 s before the first line of the playbook, while the hosts have nothing to do. ' +
  'A profile of npx has 0.30 of its 0.37 s of processor in the loading of its own modules; without its log file, its notice of updates and its registry it takes 0.04 s less.'
const nothingLess: readonly Goal[] = [
  { of: 'ansible', to: 'andamio', atLeast: 25 },
  { of: 'mitogen', to: 'andamio', atLeast: 8 },
  { of: 'pyinfra', to: 'andamio', atLeast: 3 },
  ...nearTheLimit,
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
  'converged-20-5': { ...converged(20, 5, 0, nothingLess), missed: startOfNpx },
  'converged-20-5-10ms': { ...converged(20, 5, 10, nothingLess), missed: startOfNpx },
  'converged-100-20-80ms': {
    ...converged(100, 20, 80, [{ of: 'ansible', to: 'andamio', atLeast: 50 }, ...nearTheLimit]),
    // Five rounds of all would take three hours, so that nobody would run them; the others have no goal here.
    contenders: ['andamio', 'andamio-node', 'limit', 'ansible'],
  },
  'converged-20-1': {
    ...converged(20, 1, 0, neverSlower),
    contenders: [...all, 'ansible-not-pipelined'],
  },
  'converged-100-5': converged(100, 5, 0, neverSlower),
  'blank-20-5': {
    title: 'From blank, 20 resources, 5 hosts',
    work: workOf(20),
    hosts: 5,
    delayMilliseconds: 0,
    from: 'blank',
    contenders: ['andamio', 'limit-blank', 'pyinfra', 'mitogen', 'ansible'],
    goals: [...neverSlower, { of: 'andamio', to: 'limit-blank', atMost: 1.05 }],
  },
  'one-changed-100-5': {
    title: 'One file of 100 resources changed, 5 hosts',
    work: workOf(100),
    hosts: 5,
    delayMilliseconds: 0,
    from: 'one file changed',
    contenders: ['andamio', 'pyinfra', 'mitogen', 'ansible'],
    goals: neverSlower,
  },
  'upload-100-files': {
    title: 'Upload of 100 files of 10 KiB, 1 host',
    work: uploads,
    hosts: 1,
    delayMilliseconds: 0,
    from: 'blank',
    // As in the cell of twenty hosts: pyinfra takes three minutes a round.
    contenders: ['andamio', 'mitogen', 'ansible'],
    goals: [{ of: 'ansible', to: 'andamio', atLeast: 5 }],
  },
  'upload-1-gib': {
    title: 'Upload of 1 GiB to an sshd on loopback',
    measure: rounds => largeUpload(rounds, 1024),
    goals: [{ of: 'sftp', to: 'andamio', atLeast: 0.9 }],
    missed:
      'Here both sides share two processors, and on an idle machine ours uses 6.0 s of them for 1 GiB, sftp 4.3. ' +
      'Ours sums on both sides and brings the file to the disk as well, while the rest is sent: each sum is 0.6 s, and what reads back for it on the host 0.4.',
  },
} satisfies Record<string, Cell | OwnCell>

export type CellName = keyof typeof cells
export const cellNames = Object.keys(cells) as CellName[]

function converged(resources: 20 | 100, hosts: number, delayMilliseconds: number, goals: readonly Goal[]): Cell {
  const trip = delayMilliseconds === 0 ? '' : `, ${delayMilliseconds} ms a round trip`
  return {
    title: `Converged, ${resources} resources, ${hosts} ${hosts === 1 ? 'host' : 'hosts'}${trip}`,
    work: workOf(resources),
    from: 'converged',
    contenders: all,
    hosts,
    delayMilliseconds,
    goals,
  }
}

import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { AndamioError } from '../../errors.ts'
import { isAlive, type ProcessIdentity } from '../../process/identity.ts'
import { fieldsFromState } from '../../process/stat-line.ts'
import { sh } from '../../shell/sh.ts'
import type { HostLayout } from '../lab/layout.ts'
import { kernelArguments, type Machine } from './command-line.ts'
import { labNames } from './names.ts'

/** Guest memory is a file; on a real disk every page of it would be written there. */
export const memoryFolder = '/dev/shm'

/**
 * Starts a host that outlives us: in a session of its own, in the lab's namespace. Before the program becomes the host it
 * writes down who it is, so that there is no moment at which a host runs and nobody knows it.
 */
export function startHost(kernel: string, machine: Machine, layout: HostLayout): void {
  const { namespace } = labNames(machine.lab)
  const script = sh`
umask 077
read -r boot </proc/sys/kernel/random/boot_id
read -r stat </proc/$$/stat
set -- \${stat##*) }
shift 19
printf '{"pid":%d,"startTime":"%s","bootId":"%s"}\n' $$ "$1" "$boot" >process.json.new
mv process.json.new process.json
exec ip netns exec ${namespace} ${kernel} ${kernelArguments(machine)}
`
  const console = openSync(layout.console, 'w', 0o600)
  const child = spawn('sh', ['-eu', '-c', script], {
    cwd: layout.folder,
    detached: true,
    stdio: ['ignore', console, console],
    env: { PATH: `${process.env.PATH ?? '/usr/bin:/bin'}:/usr/sbin:/sbin`, TMPDIR: memoryFolder, HOME: layout.folder },
  })
  closeSync(console)
  child.unref()
}

/** Who the host's process is or was; undefined when none was ever started. */
export async function recordedProcess(layout: HostLayout): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(layout.process, 'utf8')) as ProcessIdentity
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

export async function hostRuns(layout: HostLayout): Promise<boolean> {
  const recorded = await recordedProcess(layout)
  return recorded !== undefined && (await isAlive(recorded))
}

/**
 * Ends the host's process at once, with all that it started. Power is cut: nothing of its disk is to be kept. Only the
 * very process that was recorded is touched, and those of its session. `clear` takes away what only a living host needs;
 * the record goes last, so that whoever is cut off before has it all done again.
 */
export async function endHost(
  lab: string,
  host: string,
  layout: HostLayout,
  clear: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  const recorded = await recordedProcess(layout)
  if (recorded) {
    if (await isAlive(recorded)) process.kill(-recorded.pid, 'SIGKILL')
    const deadline = performance.now() + 10_000
    const { namespace } = labNames(lab)
    while (true) {
      const left = await membersOf(recorded, namespace)
      if (left.length === 0) break
      if (performance.now() > deadline) throw wouldNotEnd(host, left)
      for (const pid of left) killIfThere(pid)
      await pause(20)
    }
  }
  await clear()
  await rm(layout.process, { force: true })
}

/**
 * Living processes of the session that the host's process leads or led. They must be in the lab's namespace too: once
 * all of them have ended, the session's number may be given to a stranger.
 */
async function membersOf({ pid: session, bootId }: ProcessIdentity, namespace: string): Promise<number[]> {
  if ((await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim() !== bootId) return []
  const inside = await stat(`/run/netns/${namespace}`).catch(() => undefined)
  if (!inside) return []
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const members = pids.map(async pid => {
    const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    const [state = 'X', , , sessionOf] = fieldsFromState(line)
    if ('ZX'.includes(state) || Number(sessionOf) !== session) return []
    const own = await stat(`/proc/${pid}/ns/net`).catch(() => undefined)
    return own?.ino === inside.ino && own.dev === inside.dev ? [Number(pid)] : []
  })
  return (await Promise.all(members)).flat()
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

const wouldNotEnd = (host: string, pids: readonly number[]): AndamioError =>
  new AndamioError({
    code: 'host-would-not-end',
    message: `Processes of host ${host} did not end within 10 s of SIGKILL`,
    place: `this machine, processes ${pids.join(', ')}`,
    cause: 'they wait for the disk or the kernel of this machine',
    next: 'See what they wait for with: ps -o pid,stat,wchan,args. Then run the same command again.',
  })

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { AndamioError } from '../../engine/errors.ts'
import { isAlive, type ProcessIdentity } from '../../engine/process/identity.ts'
import { fieldsFromState } from '../../engine/process/stat-line.ts'
import { hashOf } from '../step-key.ts'

/** A program that outlives the run that starts it. */
export interface Daemon {
  readonly name: string
  /** Holds its identity (`NAME.process`) and its log (`NAME.log`); made 0700. */
  readonly folder: string
  readonly command: readonly string[]
  /** Whatever else decides how it runs: contents of its configuration files. A change of it means a restart. */
  readonly settings: readonly string[]
  /** Whether it serves by now. */
  readonly answers: () => Promise<boolean>
  /** Default 20. */
  readonly startSeconds?: number
}

export type DaemonState = 'running' | 'running with other settings' | 'stopped'

const defaultStartSeconds = 20
const stopSeconds = 10

/**
 * Run by `sh`, which notes its own number, start time and boot before it becomes the program: both keep number and start
 * time. However early a run is killed, what it started can so be told and ended.
 */
const noteAndBecome = `umask 077
{ cat "/proc/$$/stat"; cat /proc/sys/kernel/random/boot_id; printf '%s\\n' "$2"; } >"$1.new"
mv "$1.new" "$1"
shift 2
exec "$@"`

export async function daemonState(daemon: Daemon): Promise<DaemonState> {
  const noted = await readNote(daemon)
  if (!noted || !(await isAlive(noted.identity))) return 'stopped'
  return noted.settings === settingsOf(daemon) ? 'running' : 'running with other settings'
}

/** Whatever its settings are: what is to end need not be known. */
export async function daemonLives(daemon: Named): Promise<boolean> {
  const noted = await readNote(daemon)
  return noted !== undefined && (await isAlive(noted.identity))
}

/** Starts it, or restarts it with new settings; one that runs as wished is left alone. Throws `daemon-not-started`. */
export async function startDaemon(daemon: Daemon, signal: AbortSignal): Promise<void> {
  if ((await daemonState(daemon)) !== 'running') {
    await stopDaemon(daemon)
    await mkdir(daemon.folder, { recursive: true, mode: 0o700 })
    const log = await open(logFile(daemon), 'a', 0o600)
    try {
      const args = ['-c', noteAndBecome, 'sh', noteFile(daemon), settingsOf(daemon), ...daemon.command]
      const child = spawn('sh', args, { detached: true, stdio: ['ignore', log.fd, log.fd], cwd: '/' })
      await once(child, 'spawn')
      child.unref()
    } finally {
      await log.close()
    }
  }
  const limit = daemon.startSeconds ?? defaultStartSeconds
  const end = Date.now() + limit * 1000
  while (!(await daemon.answers())) {
    if (Date.now() > end) throw await notStarted(daemon, limit)
    await pause(50, undefined, { signal })
  }
}

/** Ends that very process, if it lives, first politely. */
export async function stopDaemon(daemon: Pick<Daemon, 'name' | 'folder'>): Promise<void> {
  const identity = (await readNote(daemon))?.identity
  for (const kill of ['SIGTERM', 'SIGKILL'] as const) {
    const end = Date.now() + stopSeconds * 1000
    if (identity && (await isAlive(identity))) process.kill(identity.pid, kill)
    while (identity && (await isAlive(identity)) && Date.now() < end) await pause(20)
  }
  await rm(noteFile(daemon), { force: true })
}

type Named = Pick<Daemon, 'name' | 'folder'>
const noteFile = ({ folder, name }: Named): string => join(folder, `${name}.process`)
const logFile = ({ folder, name }: Named): string => join(folder, `${name}.log`)
const settingsOf = (daemon: Daemon): string => hashOf([...daemon.command, ...daemon.settings])

async function readNote(daemon: Named): Promise<{ identity: ProcessIdentity; settings: string } | undefined> {
  const text = await readFile(noteFile(daemon), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  const [stat = '', bootId = '', settings = ''] = text.trimEnd().split('\n')
  const startTime = fieldsFromState(stat)[19] ?? ''
  return { identity: { pid: Number.parseInt(stat, 10), startTime, bootId }, settings }
}

async function notStarted(daemon: Daemon, limit: number): Promise<AndamioError> {
  const log = await readFile(logFile(daemon), 'utf8').catch(() => '')
  return new AndamioError({
    code: 'daemon-not-started',
    message: `The mirror's ${daemon.name} server does not answer after ${limit} s`,
    place: logFile(daemon),
    stderr: log.trimEnd().split('\n').slice(-8),
    next: 'Is its address on this machine, and its port free?  ss -ltnp',
  })
}

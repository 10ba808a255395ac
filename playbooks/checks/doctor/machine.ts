import { access, constants, readdir, readFile, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { exitCode } from '../../../engine/errors.ts'
import { daysLeft } from '../../../engine/pki/standing.ts'
import { type Check, expect } from '../../../engine/play/checks.ts'
import { cacheFolder } from '../../../engine/play/folders.ts'
import type { Run } from '../../../engine/play/run.ts'
import { isUnreachable } from '../../../engine/play/stop.ts'
import type { Failure } from '../../../engine/report/events.ts'
import { counted } from '../../../engine/report/text.ts'
import { endOfLifeWarnings } from '../../../kube/end-of-life.ts'
import { stepsToBuild } from '../../../mirror/build-mirror.ts'
import { checkMachine } from '../../../mirror/machine.ts'
import { mirrorSteps } from '../../../mirror/steps.ts'
import { seeImageBuilder } from '../../lib/image-builder.ts'

const diskToBuild = 10 * 2 ** 30

/** What on this machine would stop an `up`. */
export const machineChecks: readonly Check[] = [
  {
    id: 'provider',
    title: 'This machine can make the hosts',
    async look(run) {
      const against = (await run.provider.foresee?.()) ?? []
      const fixes = new Set(against.flatMap(({ next }) => next ?? []))
      expect(against.length === 0, against.map(words).join('; '), [...fixes].join(' ') || undefined)
      return `nothing stands against it for the provider ${run.provider.name}`
    },
  },
  {
    id: 'mirror',
    title: 'The mirror is there, or can be built',
    async look({ lab }) {
      if (lab.provider !== 'local') return `none is needed for hosts of the provider ${lab.provider}`
      const missing = await stepsToBuild(cacheFolder())
      if (missing.length === 0) return `all ${mirrorSteps.length} parts are built`
      await checkMachine()
      const free = await freeBytes(cacheFolder())
      const [has, needs] = [gigabytes(free), gigabytes(diskToBuild)]
      const next = `Free some there, or set XDG_CACHE_HOME to a place with room.`
      expect(free >= diskToBuild, `${has} are free for ${cacheFolder()}, and building takes up to ${needs}`, next)
      return `${missing.length} of ${mirrorSteps.length} parts are to be built, and can be`
    },
  },
  {
    id: 'images',
    title: "The lab's images can be built",
    look: seeImageBuilder,
  },
  {
    id: 'state',
    title: 'What is kept of the lab can be written',
    async look({ stateFolder }) {
      const folder = await nearest(stateFolder)
      const may = await access(folder, constants.W_OK | constants.X_OK).then(
        () => true,
        () => false,
      )
      expect(may, `${folder} is not ours to write`, 'Run as who may, or set XDG_STATE_HOME to a folder of yours.')
      return stateFolder
    },
  },
  {
    id: 'held',
    title: 'Nobody else changes the lab',
    async look({ heldBy }) {
      const who = heldBy && `${heldBy.playbook}, by ${heldBy.who} since ${heldBy.since}`
      expect(who === undefined, `a run holds it: ${who}`, 'Wait until it has ended; its process is on this machine.')
      return 'no run holds it'
    },
  },
  {
    id: 'certificates',
    title: "The lab's own certificates are in force",
    async look({ stateFolder }) {
      const found = await certificatesIn(stateFolder)
      const [soonest] = found
      if (soonest === undefined) return 'there are none yet'
      const next = 'up makes the certificates of servers anew. Where an authority has ended: down, then up.'
      expect(soonest.days > 0, `${soonest.path} has ended`, next)
      return `${counted(found.length, 'certificate')}, the first ends in ${Math.floor(soonest.days)} days`
    },
  },
  {
    id: 'versions',
    title: 'The versions are supported',
    async look() {
      const ending = endOfLifeWarnings(new Date())
      const over = ending.filter(text => / ended on /.test(text))
      // It stops no `up`, and is told all the same.
      return [...over, ...ending.filter(text => !over.includes(text))].join(' ') || 'for 60 days and more'
    },
  },
]

const words = ({ message, cause }: Failure): string => `${message}${cause === undefined ? '' : `: ${cause}`}`

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`

async function nearest(path: string): Promise<string> {
  const there = await access(path).then(
    () => true,
    () => false,
  )
  return there || path === dirname(path) ? path : nearest(dirname(path))
}

async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(await nearest(path))
  return bavail * bsize
}

/** Soonest end first. */
async function certificatesIn(folder: string): Promise<readonly { path: string; days: number }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter(entry => entry.isFile() && /\.(crt|pem)$/.test(entry.name))
  const found = files.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name)
    const text = await readFile(path, 'utf8')
    const certificates = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
    return certificates.map(one => ({ path, days: daysLeft(one) }))
  })
  return (await Promise.all(found)).flat().sort((one, other) => one.days - other.days)
}

/** Hosts that let us in, whatever a play has found there. */
export const answering = (run: Pick<Run, 'lab' | 'found' | 'failures'>): readonly string[] =>
  run.lab.hosts
    .map(({ name }) => name)
    .filter(name => run.found.get(name)?.is === 'running' && !isUnreachable(run.failures.get(name) ?? exitCode.done))

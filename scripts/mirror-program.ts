import { Command, Option } from 'commander'
import { exitCode } from '../engine/errors.ts'
import { cacheFolder } from '../engine/play/folders.ts'
import { quietly } from '../engine/play/read-arguments.mjs'
import { counted } from '../engine/report/text.ts'
import { buildMirror, stepsToBuild } from '../mirror/build-mirror.ts'
import { requireRoot } from '../mirror/machine.ts'
import { removeParts, staleParts } from '../mirror/prune.ts'
import { everyStep, mirrorSteps } from '../mirror/steps.ts'
import { megabytes, partLine, progressPrinter } from './mirror-lines.ts'
import { asProgram } from './program.ts'

const about = {
  examples: [
    '                  build what is missing; a second call does nothing',
    '--check           what is missing',
    '--prune --check   what earlier versions have left, and what removing it would gain',
  ],
  exits: [0, 2, 64, 70, 130],
} as const

/** The program behind scripts/mirror.mjs. Gives its exit status. */
export function mirrorProgram(args: readonly string[]): Promise<number> {
  const program = quietly(new Command('npx zx scripts/mirror.mjs'))
    .description(
      'Builds, once, what a lab needs that is to do without the internet: kernel, packages, images, host image.',
    )
    .addOption(
      new Option('--source <source>', 'where a lab takes packages and images from')
        .choices(['mirror', 'upstream'])
        .default('mirror'),
    )
    .option('--check', 'say what is missing (with --prune, what would go), and change nothing')
    .option('--prune', 'remove parts of earlier versions that no running lab uses, instead of building')
  return asProgram(program, about, args, async () => {
    const asked = program.opts<{ source: 'mirror' | 'upstream'; check?: boolean; prune?: boolean }>()
    if (asked.prune) return prune(asked.check ?? false)
    if (asked.source === 'upstream') {
      console.log('Packages and images come from pkgs.k8s.io, registry.k8s.io and ghcr.io: there is nothing to build.')
      return exitCode.done
    }
    return asked.check ? tellMissing() : build()
  })
}

async function tellMissing(): Promise<number> {
  const missing = await stepsToBuild(cacheFolder())
  for (const step of missing) console.log(`would build ${step.name}: ${step.summary}`)
  console.log(`${mirrorSteps.length - missing.length} of ${mirrorSteps.length} parts are built`)
  return missing.length > 0 ? exitCode.changesFound : exitCode.done
}

async function prune(check: boolean): Promise<number> {
  if (!check) requireRoot('only root sees what every process of this machine uses')
  const parts = await staleParts(cacheFolder(), everyStep)
  const going = parts.filter(({ usedBy }) => usedBy === undefined)
  if (!check) await removeParts(cacheFolder(), going, new AbortController().signal)
  for (const part of parts) console.log(partLine(part, check ? 'would remove' : 'removed'))
  const bytes = going.reduce((total, part) => total + part.bytes, 0)
  console.log(
    `${counted(going.length, 'part')} of earlier versions, ${megabytes(bytes)}${check ? ' to gain' : ' gained'}`,
  )
  return check && going.length > 0 ? exitCode.changesFound : exitCode.done
}

async function build(): Promise<number> {
  const since = Date.now()
  const interrupted = new AbortController()
  const stop = () => interrupted.abort()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    const emit = progressPrinter(line => console.log(line))
    await buildMirror({ cacheFolder: cacheFolder(), emit, signal: interrupted.signal })
    const seconds = ((Date.now() - since) / 1000).toFixed(1)
    console.log(`The mirror stands in ${cacheFolder()}/mirror: ${mirrorSteps.length} parts, ${seconds} s.`)
    return exitCode.done
  } catch (error) {
    if (!interrupted.signal.aborted) throw error
    console.error('Interrupted. The same command resumes.')
    return exitCode.interrupted
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

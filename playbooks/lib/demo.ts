import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AndamioError, exitCode, usageError } from '../../engine/errors.ts'
import { type Check, lookAt } from '../../engine/play/checks.ts'
import { agrees, ask } from '../../engine/play/confirm.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import { RunStopped } from '../../engine/play/stop.ts'
import { fileManager } from '../../roles/file-manager/role.ts'
import { clientDoes, listed } from '../checks/file-manager/client.ts'
import { demoScenes } from '../checks/file-manager/demo.ts'
import { testFiles, Visit } from '../checks/file-manager/visit.ts'
import { confirmServersEnd, variantIn } from './variant.ts'

/** Refuses where the lab has nothing to show, and asks before anything is done to it. */
export const confirmDemo = ({ pause }: { readonly pause: boolean }): Step =>
  confirmServersEnd({
    title: 'Ask before the demo begins',
    refusal: 'nothing-to-show',
    lacks: lab => `${lab} has no file manager with shared storage`,
    async agree(run) {
      if (pause && !process.stdin.isTTY) throw noTerminal()
      if (run.options.yes) return
      const question = 'The demo deletes one of the file manager’s servers. Go on? [yes/no] '
      if (await agrees(question, run.signal)) return
      throw usageError({ code: 'not-confirmed', message: 'Nothing was done', next: 'Run again, or give --yes.' })
    },
  })

const noTerminal = (): AndamioError =>
  usageError({
    code: 'cannot-ask',
    message: '--pause waits for Enter, and there is no terminal to wait on',
    next: 'Leave --pause out.',
  })

/**
 * The presentation of the file manager, on the lab: what is typed, what comes of it. `keep` leaves its files there, and
 * `pause` waits for Enter before each scene but the first.
 */
export function demo({ keep, pause }: { readonly keep: boolean; readonly pause: boolean }): Step {
  const title = 'Show the file manager'
  return {
    title,
    roles: [fileManager],
    groups: [],
    async perform(run: Run): Promise<void> {
      const variant = variantIn(run)
      if (!variant) return
      const files = testFiles()
      const visit = await Visit.open(run, variant, files)
      // Only what demos have brought is overwritten, and taken away.
      let ours = false
      try {
        const others = await othersFiles(visit)
        if (others.length > 0) throw filesThere(others)
        ours = true
        await present(run, demoScenes(visit), pause)
      } finally {
        await visit.close({ keep: keep || !ours })
      }
    },
  }
}

/** Each scene under a heading of its own, whatever came of those before; the run fails when any went wrong. */
export async function present(run: Run, scenes: readonly Check[], pause: boolean): Promise<void> {
  let failed = 0
  for (const [number, scene] of scenes.entries()) {
    if (pause && number > 0) await ask('Enter: on to the next scene ', run.signal)
    const play = { play: scene.title }
    const began = performance.now()
    run.emit({ type: 'play.start', hosts: [], ...play })
    failed += await lookAt(run, [scene])
    run.emit({ type: 'play.end', seconds: (performance.now() - began) / 1000, ...play })
  }
  if (failed > 0) throw new RunStopped(exitCode.failed)
}

/** Of the demo's names, those that something else on the file manager has. */
async function othersFiles(visit: Visit): Promise<readonly string[]> {
  const { node, files } = visit
  const there = new Set(listed(await clientDoes(visit, node, ['lls'])))
  const taken = files.filter(({ name }) => there.has(name))
  if (taken.length > 0)
    await clientDoes(
      visit,
      node,
      taken.map(({ name }) => `download ${name}`),
      'earlier',
    )
  const folder = await visit.place('earlier')
  const contents = await Promise.all(taken.map(({ name }) => readFile(join(folder, name), 'utf8')))
  return taken.filter(({ content }, index) => content !== contents[index]).map(({ name }) => name)
}

const filesThere = (names: readonly string[]): AndamioError =>
  new AndamioError({
    code: 'files-there',
    message: `The file manager has ${names.join(', ')} already, and not from a demo`,
    next: 'The demo would overwrite them. Download them, have them removed on the storage host, then run it again.',
  })

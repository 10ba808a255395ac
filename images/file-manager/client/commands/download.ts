import { closeSync, fsync, openSync } from 'node:fs'
import pLimit from 'p-limit'
import { Lane } from '../../program/lanes.ts'
import { downloadFile } from '../download.ts'
import { GroupSync } from '../group-sync.ts'
import { Leftovers } from '../leftovers.ts'
import { namesIn } from '../local-files.ts'
import { downloadPack, fetchesAtOnce } from '../pack-download.ts'
import { isPattern } from '../pattern.ts'
import { persistently } from '../persistence.ts'
import { type Exit, exits, problemOf, usageProblem } from '../problem.ts'
import { finderOf, listRemote } from '../remote-files.ts'
import { visible } from '../shown.ts'
import { InTheWay } from '../target.ts'
import { type Transfer, transferAll } from '../transfers.ts'
import type { Word } from '../words.ts'
import { type Command, type Context, parted } from './command.ts'
import { firstOf } from './upload.ts'

/** So many names are asked for as they are; of more it is worth to know the sizes beforehand. */
const fewNames = 3

export const download: Command = {
  name: 'download',
  takes: 'FILE...',
  summary: 'copies files to here; asks before it replaces another',
  more: ['download notes.txt', 'download *.txt', 'download --force notes.txt   replaces a notes.txt that is here'],
  completes: 'remote',
  async run(words, context, signal) {
    const { options, rest } = parted(words, ['-f', '--force'])
    if (rest.length === 0) throw usageProblem('download which file?', 'lls lists what there is.')
    const [files, missing] = await filesOf(rest, context, signal)
    if (files.size === 0) return missing
    const force = context.force || options.size > 0
    const replacing = replacements(context, force, signal)
    const ended = await receiveAll(files, context, replacing, signal)
    await syncFolder(context.folder)
    return firstOf(missing, ended)
  },
}

async function receiveAll(
  files: Sizes,
  context: Context,
  replacing: ReturnType<typeof replacements>,
  signal: AbortSignal,
): Promise<Exit> {
  const { folder } = context
  const [leftovers, sync, lane] = [new Leftovers(folder), new GroupSync(folder), new Lane()]
  const here = new Set(namesIn(folder))
  const inTurn = pLimit(fetchesAtOnce)
  const wasHere = (name: string): boolean => here.has(name)
  const into = { folder, leftovers, sync, lane, inTurn, mayReplace: replacing.may, wasHere }
  const transfers = [...files].map(
    ([name, size]): Transfer => ({
      name,
      size,
      packable: true,
      run: (session, moving) => downloadFile(session, name, { ...into, replace: replacing.may(name) }, moving),
      again: error => (error instanceof InTheWay ? replacing.ask(name) : Promise.resolve(false)),
    }),
  )
  try {
    if (transfers.length > 1) lane.begin()
    await sync.begin(transfers.length)
    return await transferAll('download', transfers.length, transfers, {
      ...context,
      signal,
      pack: (session, pack) => {
        const names = pack.map(({ name }) => name)
        return downloadPack(session, names, into, signal)
      },
    })
  } finally {
    lane.close()
    await sync.close()
  }
}

type Sizes = ReadonlyMap<string, number | undefined>

/** Names and, where they were listed, sizes; and how it would end for what is not there. */
async function filesOf(
  words: readonly Word[],
  { link, report }: Context,
  signal: AbortSignal,
): Promise<[files: Sizes, missing: Exit]> {
  if (words.length <= fewNames && !words.some(({ pattern }) => isPattern(pattern)))
    return [new Map(words.map(({ text }) => [text, undefined])), exits.done]
  const all = await persistently(link, session => listRemote(session, signal), signal)
  const find = finderOf(all)
  let missing: Exit = exits.done
  const files = new Map<string, number>()
  for (const word of words)
    try {
      for (const { name, size } of find(word)) files.set(name, size)
    } catch (error) {
      missing = exits.failed
      report.tell({ type: 'problem', problem: problemOf(error) })
    }
  return [files, missing]
}

/** Whether other files may give way: as was said beforehand, else as is answered, one question after the other. */
function replacements({ report }: Context, force: boolean, signal: AbortSignal) {
  const inTurn = pLimit(1)
  const allowed = new Set<string>()
  let all = force
  return {
    may: (name: string): boolean => all || allowed.has(name),
    ask: (name: string): Promise<boolean> =>
      inTurn(async () => {
        if (all) return true
        if (report.ask === undefined || signal.aborted) return false
        const question = `${visible(name)} is here already, and is not the same. Replace it? [y/N/all] `
        const answer = (await report.ask(question, signal)).trim().toLowerCase()
        if (answer === 'all' || answer === 'a') all = true
        if (all || answer === 'y' || answer === 'yes') allowed.add(name)
        return allowed.has(name)
      }),
  }
}

/** Their new names must survive a loss of power too. Some file systems have no such thing. */
async function syncFolder(folder: string): Promise<void> {
  const fd = openSync(folder, 'r')
  await new Promise<void>(resolve => fsync(fd, () => resolve()))
  closeSync(fd)
}

import type { Stats } from 'node:fs'
import { findLocal, pathFrom, statLocal } from '../local-files.ts'
import { type Packable, uploadPack } from '../pack.ts'
import { type Exit, exits, Problem, usageProblem } from '../problem.ts'
import { openSource, readSmall } from '../source.ts'
import { type Transfer, transferAll } from '../transfers.ts'
import { uploadLarge, uploadSmall } from '../upload.ts'
import type { Word } from '../words.ts'
import { type Command, type Context, parted } from './command.ts'

export const upload: Command = {
  name: 'upload',
  takes: 'FILE...',
  summary: 'copies files to the server, over what has the same name',
  more: ['upload notes.txt', 'upload *.txt', 'upload "two words.txt" other\\ file.txt', 'upload ../pictures/*.png'],
  completes: 'local',
  async run(words, context, signal) {
    const { rest } = parted(words, [])
    if (rest.length === 0) throw usageProblem('upload which file?', 'For example: upload notes.txt, or upload *.txt')
    const [paths, missing] = pathsOf(rest, context)
    refuseTwins(paths)
    if (paths.length === 0) return missing
    const ended = await transferAll('upload', paths.length, transfersOf(paths, context), {
      ...context,
      signal,
      pack: (session, pack) => {
        const files = pack.flatMap(({ file }) => (file === undefined ? [] : [file]))
        return uploadPack(session, files, context.cutOff, signal)
      },
    })
    return firstOf(missing, ended)
  },
}

/** Of two exit statuses, the earlier one that tells of something. */
export const firstOf = (first: Exit, second: Exit): Exit =>
  second === exits.interrupted || first === exits.done ? second : first

/** Each once; and how it would end for what is not there. */
function pathsOf(words: readonly Word[], { folder, report }: Context): [paths: readonly string[], missing: Exit] {
  let missing: Exit = exits.done
  const paths = words.flatMap(word => {
    const found = findLocal(word, folder).filter(
      ({ path, byPattern }) => !byPattern || statLocal(folder, path)?.isFile(),
    )
    if (found.length > 0) return found.map(({ path }) => path)
    report.tell({
      type: 'problem',
      problem: new Problem(`${word.text}: no file here matches`, 'ls lists what there is.'),
    })
    missing = exits.failed
    return []
  })
  return [[...new Set(paths)], missing]
}

/** Two files that would have one name there: one of them would be lost. */
function refuseTwins(paths: readonly string[]): void {
  const named = new Map<string, string>()
  for (const path of paths) {
    const name = path.slice(path.lastIndexOf('/') + 1).normalize('NFC')
    const twin = named.get(name)
    if (twin !== undefined) throw twins(twin, path, name)
    named.set(name, path)
  }
}

const twins = (one: string, other: string, name: string): Problem =>
  usageProblem(`${one} and ${other} would both be ${name} on the server`, 'Rename one of them.')

interface Upload extends Transfer {
  /** Where it may travel with others. */
  readonly file: Packable | undefined
}

/** Each is looked at when its turn comes. */
function* transfersOf(paths: readonly string[], context: Context): Generator<Upload> {
  for (const path of paths) yield transferOf(path, statLocal(context.folder, path), context)
}

function transferOf(path: string, stats: Stats | undefined, { folder, nonce, cutOff }: Context): Upload {
  const whole = pathFrom(folder, path)
  const packable = stats?.isFile() === true
  return {
    name: path,
    size: stats?.size,
    packable,
    file: packable ? { path: whole, shown: path, seen: stats } : undefined,
    async run(session, moving) {
      const small = readSmall(whole, nonce, path)
      if (small !== undefined) return uploadSmall(session, small, cutOff, moving)
      const source = await openSource(whole, nonce, path)
      try {
        return await uploadLarge(session, source, cutOff, moving)
      } finally {
        await source.file.close()
      }
    },
  }
}

import type { ListedFile } from '../events.ts'
import { findLocal, namesIn, pathFrom, statLocal } from '../local-files.ts'
import { exits, Problem } from '../problem.ts'
import type { Word } from '../words.ts'
import { type Command, parted } from './command.ts'

export const ls: Command = {
  name: 'ls',
  takes: '[PATTERN...]',
  summary: 'lists the files here, on this machine',
  more: ['ls', 'ls *.txt', 'ls folder', 'ls "two words.txt"'],
  completes: 'local',
  async run(words, { report, folder }) {
    const { rest } = parted(words, [])
    const paths = rest.length === 0 ? visibleIn('', folder) : rest.flatMap(word => found(word, folder))
    report.tell({ type: 'listed', where: 'here', files: paths.flatMap(path => entry(path, folder)) })
    return exits.done
  },
}

const visibleIn = (path: string, folder: string): string[] =>
  namesIn(pathFrom(folder, path))
    .filter(name => !name.startsWith('.'))
    .map(name => path + name)

function found(word: Word, folder: string): string[] {
  const matches = findLocal(word, folder)
  const [only] = matches
  if (only === undefined || (!only.byPattern && statLocal(folder, only.path) === undefined))
    throw new Problem(`${word.text}: there is no such file here`, 'ls lists what there is.')
  if (only.byPattern || !statLocal(folder, only.path)?.isDirectory()) return matches.map(({ path }) => path)
  return visibleIn(only.path.endsWith('/') ? only.path : `${only.path}/`, folder)
}

/** Nothing for what was removed meanwhile, and for links that lead nowhere. */
function entry(path: string, folder: string): ListedFile[] {
  const stats = statLocal(folder, path)
  if (stats === undefined) return []
  return [{ name: path, size: stats.isDirectory() ? undefined : stats.size, modified: stats.mtimeMs }]
}

import { persistently } from '../persistence.ts'
import { exits } from '../problem.ts'
import { finderOf, listRemote } from '../remote-files.ts'
import { type Command, parted } from './command.ts'

export const lls: Command = {
  name: 'lls',
  takes: '[PATTERN...]',
  summary: 'lists the files on the server',
  more: ['lls', 'lls *.txt'],
  completes: 'remote',
  async run(words, { link, report }, signal) {
    const { rest } = parted(words, [])
    const all = await persistently(link, session => listRemote(session, signal), signal)
    const files = rest.length === 0 ? all : [...new Set(rest.flatMap(finderOf(all)))]
    report.tell({ type: 'listed', where: 'remote', files })
    return exits.done
  },
}

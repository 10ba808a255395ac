import { readFile } from 'node:fs/promises'
import type { Stretch } from '../report/events.ts'
import { fieldsFromState, ticksPerSecond } from './stat-line.ts'

/**
 * What a program's start has taken until now, first to last: npx where it was called by that, Node and zx, the loading of
 * the program, and what it has read since. Told once, and only in a program: by what `playbook.mjs` has marked.
 */
export async function startup(): Promise<readonly Stretch[]> {
  const [called, loaded] = ['andamio called', 'andamio loaded'].map(mark => {
    const at = performance.getEntriesByName(mark, 'mark')[0]?.startTime
    performance.clearMarks(mark)
    return at
  })
  if (called === undefined || loaded === undefined) return []
  const now = performance.now()
  const npx = await npxSeconds()
  return [
    ...(npx === undefined ? [] : [{ what: 'npx', seconds: npx }]),
    { what: 'Node and zx', seconds: called / 1000 },
    { what: 'loading the program', seconds: (loaded - called) / 1000 },
    { what: 'reading the inventory', seconds: (now - loaded) / 1000 },
  ]
}

/** How long npx had been at it when this process began; undefined where there is none, or nobody can tell. */
async function npxSeconds(): Promise<number | undefined> {
  const own = await processOf('self')
  let above = own && (await processOf(own.parent))
  // Between the two is a shell, mostly.
  for (let up = 0; up < 2 && above && !isNpx(above); up++) above = await processOf(above.parent)
  return own && above && isNpx(above) ? (own.startTicks - above.startTicks) / ticksPerSecond : undefined
}

const isNpx = ({ commandLine }: { readonly commandLine: string }): boolean => /^npm exec\b/.test(commandLine)

async function processOf(pid: string) {
  try {
    const [stat, commandLine] = await Promise.all(
      ['stat', 'cmdline'].map(file => readFile(`/proc/${pid}/${file}`, 'utf8')),
    )
    const fields = fieldsFromState(stat ?? '')
    return { parent: fields[1] ?? '', startTicks: Number(fields[19]), commandLine: commandLine ?? '' }
  } catch {
    return undefined
  }
}

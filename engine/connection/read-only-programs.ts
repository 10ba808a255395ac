import type { Word } from '../shell/script.ts'

const address = String.raw`(?:[0-9]+|\$|/(?:[^/\\\n]|\\.)*/)`
const substitute = String.raw`s([/|,#:@!])(?:(?!\1)[^\\\n]|\\.)*\1(?:(?!\1)[^\\\n]|\\.)*\1[gpIi0-9]*`
const sedCommand = String.raw`(?:${address}(?:,${address})?)?\s*!?\s*(?:[pdqnNDPhHgGx=]|${substitute})`
const sedSeparator = /^[\s;{}]+/

/** sed without -i, and of its commands none that writes a file (w) or runs a program (e). */
export function sedOnlyReads(args: readonly Word[]): boolean {
  const programs: string[] = []
  let scriptGiven = false
  for (let at = 0; at < args.length; at++) {
    const { text, head } = args[at] as Word
    if (text !== undefined && /^-[nErsuz]+$/.test(text)) continue
    if (text === '-e' || text === '--') {
      if (text === '-e') programs.push(args[++at]?.text ?? 'w')
      scriptGiven ||= text === '-e'
    } else if ((text ?? head).startsWith('-') || (text ?? head) === '') return false
    else if (!scriptGiven) {
      programs.push(text ?? 'w')
      scriptGiven = true
    }
  }
  return programs.length > 0 && programs.every(isHarmlessSed)
}

function isHarmlessSed(program: string): boolean {
  const command = new RegExp(`^${sedCommand}`)
  let rest = program.replace(sedSeparator, '')
  while (rest !== '') {
    const found = command.exec(rest)?.[0]
    if (!found) return false
    const next = rest.slice(found.length)
    if (next !== '' && !/^\s*[;}\n]/.test(next)) return false
    rest = next.replace(sedSeparator, '')
  }
  return true
}

/** A string, or a pattern where only a pattern can stand; read from the left, so that neither hides in the other. */
const awkLiteral = /"(?:[^"\\]|\\.)*"|(?<=(?:^|[~(,!&|{};\n])\s*)\/(?:[^/\\\n]|\\.)*\//g

/** awk whose program neither runs a program, nor writes, nor loads another: no system, pipe, `>` or `@`. */
export function awkOnlyReads(args: readonly Word[]): boolean {
  let at = 0
  for (; args[at]?.head.startsWith('-'); at++) {
    const { text, head } = args[at] as Word
    if (text === '-F' || text === '-v') at++
    else if (!/^-[Fv]./.test(head)) return false
  }
  const program = args[at]?.text
  if (program === undefined) return false
  const bare = program.replace(awkLiteral, ' ').replaceAll('||', ' ').replaceAll('>=', ' ')
  // A slash or a quote that is left, or a comment, could have misled the reading of literals.
  return !/[|>@/"#]|\bsystem\b|\bgetline\b/.test(bare)
}

import { randomBytes } from 'node:crypto'
import { quote } from '../shell/quote.ts'
import type { FragmentOutput } from './probe.ts'

/** A piece of POSIX sh that reads and prints, and how long it may take. */
export interface Fragment {
  readonly script: string
  readonly timeoutSeconds: number
}

export interface Batch {
  /** For `sh -s` on stdin. */
  readonly script: string
  /** By which the script's answers are known, another each time. */
  readonly nonce: string
  readonly timeoutSeconds: number
  /** One entry a fragment, in order; undefined where no whole answer came back. */
  parse(stdout: Buffer, stderr: string): readonly (FragmentAnswer | undefined)[]
}

export interface FragmentAnswer extends FragmentOutput {
  readonly stderr: string
}

/**
 * Many fragments as one script, so that they cost one round trip.
 *
 * The script is one compound command: the shell parses all of it before the first fragment runs, so a connection that
 * breaks half way runs nothing. Each fragment runs in a subshell of its own without input. Answers are framed by a
 * nonce, the fragment's number, its status and its length in bytes, so no output can be mistaken for a frame.
 *
 * Unguarded, fragments share the batch's limit and cost one fork each. Guarded, each runs under `timeout` in a shell of
 * its own: three more processes apiece, worth it only to find out which one hangs or does not even parse.
 */
export function compose(
  fragments: readonly Fragment[],
  guarded: boolean,
  nonce = randomBytes(8).toString('hex'),
): Batch {
  const frames = fragments.map(({ script, timeoutSeconds }, number) => {
    const body = guarded ? `timeout -k 1 ${timeoutSeconds} sh -c ${quote(script)}` : script
    return [
      `printf '%s %d\\n' ${nonce} ${number} >&2`,
      `out=$(exec </dev/null\n${body}\n)`,
      `status=$?; printf '%s %d %d %d\\n%s\\n' ${nonce} ${number} "$status" "\${#out}" "$out"`,
    ].join('\n')
  })
  const limits = fragments.map(fragment => fragment.timeoutSeconds)
  return {
    // LC_ALL makes ${#out} count bytes in every shell, and tools print what our parsers expect.
    script: `{ LC_ALL=C; export LC_ALL; set +e\n${frames.join('\n')}\nexit 0\n}\n`,
    nonce,
    timeoutSeconds: guarded ? sum(limits) + limits.length + 5 : Math.max(5, ...limits) + 5,
    parse: (stdout, stderr) => parse(stdout, stderr, nonce, fragments.length),
  }
}

function parse(stdout: Buffer, stderr: string, nonce: string, count: number): readonly (FragmentAnswer | undefined)[] {
  const complaints = complaintsByFragment(stderr, nonce)
  const answers: (FragmentAnswer | undefined)[] = new Array(count).fill(undefined)
  let at = 0
  while (at < stdout.length) {
    const lineEnd = stdout.indexOf(0x0a, at)
    if (lineEnd < 0) break
    const header = stdout.toString('latin1', at, lineEnd).match(/^([0-9a-f]+) (\d+) (\d+) (\d+)$/)
    if (!header || header[1] !== nonce) break
    const [number, status, length] = header.slice(2).map(Number) as [number, number, number]
    const bodyEnd = lineEnd + 1 + length
    if (bodyEnd >= stdout.length) break // cut off: a frame ends with a newline that we must have seen
    answers[number] = {
      status,
      stdout: stdout.toString('utf8', lineEnd + 1, bodyEnd),
      stderr: complaints.get(number) ?? '',
    }
    at = bodyEnd + 1
  }
  return answers
}

function complaintsByFragment(stderr: string, nonce: string): ReadonlyMap<number, string> {
  const byNumber = new Map<number, string>()
  for (const part of stderr.split(`${nonce} `).slice(1)) {
    const lineEnd = part.indexOf('\n')
    byNumber.set(Number(part.slice(0, lineEnd)), part.slice(lineEnd + 1).trim())
  }
  return byNumber
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

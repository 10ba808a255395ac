import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'

/** Gives a program its input, and what came of it once it has ended. One that ends without reading is told by its status. */
export async function outputOf(
  child: ChildProcessWithoutNullStreams,
  input: string,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', chunk => {
    stdout += chunk
  })
  child.stderr.on('data', chunk => {
    stderr += chunk
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

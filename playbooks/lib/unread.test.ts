import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

/** Writes a line, and then more until it has heard that nobody reads them; tells on stderr. */
const program = `
import { whenUnread } from ${JSON.stringify(new URL('./unread.ts', import.meta.url).href)}
let told = 0
const unread = whenUnread(process.stdout, () => console.error('told', ++told))
process.stdout.write('one line\\n')
const clock = setInterval(() => {
  if (!unread.aborted) process.stdout.write('another\\n')
  else {
    clearInterval(clock)
    for (let line = 0; line < 3; line++) process.stdout.write('one more\\n')
    process.stdout.write('', () => console.error('ended'))
  }
}, 5)`

const help = ['zx/build/cli.js', '../playbooks/up.mjs'].map(name =>
  fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url)),
)

/** What it says on both ends of a real pipe, behind which `reader` reads. */
async function piped(reader: string, ...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const script = `{ "$0" "$@"; echo "exit $?" >&2; } | ${reader}`
  const { stdout, stderr } = await promisify(execFile)('sh', ['-c', script, process.execPath, ...args])
  return { stdout, stderr }
}

it('tells once that the reader of a pipe has gone', async () => {
  const ran = await piped('head -n 1', '--import', 'tsx', '--input-type=module', '-e', program)
  expect(ran).toEqual({ stdout: 'one line\n', stderr: 'told 1\nended\nexit 0\n' })
})

it('is no failure of a playbook that has only told how it is used', async () => {
  expect(await piped('exec 0<&-', ...help, '--help')).toEqual({ stdout: '', stderr: 'exit 0\n' })
})

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { AndamioError } from '../engine/errors.ts'
import { requireDebian } from './debian.ts'

const run = promisify(execFile)
const goWanted = [1, 26] as const
const otherWay = 'or take ready-made packages and images from the internet with --source upstream'

/** What the build asks of this machine, checked before anything is begun. Throws one error that says what to do. */
export async function checkMachine(): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new AndamioError({
      code: 'mirror-needs-x86-64-linux',
      message: `The mirror is built on x86-64 Linux, and this is ${process.arch} ${process.platform}`,
      next: 'Use an inventory whose hosts are elsewhere (ec2, vagrant, multipass, static) with --source upstream.',
    })
  await requireDebian()
  requireRoot('it bootstraps a Debian system and may install packages on this machine')
  await requireGo()
}

/** Throws `mirror-needs-root`. */
export function requireRoot(why: string): void {
  if (process.getuid?.() === 0) return
  throw new AndamioError({
    code: 'mirror-needs-root',
    message: `The mirror is kept by root: ${why}`,
    next: 'Run the same command with sudo.',
  })
}

/** Throws `go-missing` or `go-too-old`, naming what is wanted. */
export async function requireGo(program = 'go'): Promise<void> {
  const wanted = goWanted.join('.')
  const next = `Install Go ${wanted} or later (https://go.dev/dl) where PATH finds it, ${otherWay}.`
  const found = await run(program, ['env', 'GOVERSION'], {
    env: { ...process.env, GOTOOLCHAIN: 'local' },
    timeout: 20_000,
  })
    .then(result => result.stdout.trim())
    .catch((error: Error) => {
      throw new AndamioError({
        code: 'go-missing',
        message: `Go ${wanted} is needed to build Kubernetes and its companions, and \`${program}\` does not run`,
        cause: error.message.split('\n')[0] ?? '',
        next,
      })
    })
  const [, major = 0, minor = 0] = /^go(\d+)\.(\d+)/.exec(found)?.map(Number) ?? []
  if (major > goWanted[0] || (major === goWanted[0] && minor >= goWanted[1])) return
  throw new AndamioError({ code: 'go-too-old', message: `Go ${wanted} is needed, and this is ${found}`, next })
}

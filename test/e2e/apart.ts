import { spawn } from 'node:child_process'
import { outputOf } from './child-output.ts'

/** Runs a script in a network of its own, with no link but loopback: what it does to links and rules ends with it. */
export async function runApart(script: string): Promise<string> {
  const fresh = 'mount -t tmpfs none /run/netns\nmount -t sysfs none /sys\nip link set lo up\n'
  const child = spawn('unshare', ['--net', '--mount', 'sh', '-eu', '-s'], { timeout: 60_000 })
  const { code, stdout, stderr } = await outputOf(child, `{\nmkdir -p /run/netns\n${fresh}${script}\n}\n`)
  if (code !== 0) throw new Error(`status ${code}: ${stderr}`)
  return stdout
}

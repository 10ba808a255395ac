import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Runs a script in a network of its own, with no link but loopback: what it does to links and rules ends with it. */
export async function runApart(script: string): Promise<string> {
  const fresh = 'mount -t tmpfs none /run/netns\nmount -t sysfs none /sys\nip link set lo up\n'
  const child = spawn('unshare', ['--net', '--mount', 'sh', '-eu', '-s'], { timeout: 60_000 })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', chunk => {
    stdout += chunk
  })
  child.stderr.on('data', chunk => {
    stderr += chunk
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(`{\nmkdir -p /run/netns\n${fresh}${script}\n}\n`)
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`status ${code}: ${stderr}`)
  return stdout
}

import { readFileSync } from 'node:fs'

/**
 * The most memory that this process has had so far, in bytes. What `getrusage` says is at least what the program was as
 * large as that started this one, for Linux counts the moment before the exec; its own account does not.
 */
export function peakMemory(): number {
  try {
    return peakMemoryOf('self')
  } catch {
    // Not Linux. In KiB.
    return process.resourceUsage().maxRSS * 1024
  }
}

/** The same of another living process, on Linux. Throws where it tells nothing. */
export function peakMemoryOf(pid: number | 'self'): number {
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  if (kibibytes === undefined) throw new Error(`process ${pid} has no memory of its own`)
  return Number(kibibytes) * 1024
}

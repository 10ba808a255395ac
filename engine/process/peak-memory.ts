import { readFileSync } from 'node:fs'

/**
 * The most memory that this process has had so far, in bytes. What `getrusage` says is at least what the program was as
 * large as that started this one, for Linux counts the moment before the exec; its own account does not.
 */
export function peakMemory(): number {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    if (kibibytes !== undefined) return Number(kibibytes) * 1024
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024
}

import { userInfo } from 'node:os'

/** Who this process is, for people. Containers run programs under numbers that nobody has given a name. */
export function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`
  }
}

import { createHash, randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** What stays the same for one user of one machine, so that an upload which was cut off can be gone on with. */
export interface Identity {
  /** 32 hex digits: who uploads, as servers are told. */
  readonly client: string
  /** Known to nobody else: what goes into the marks of uploads, so that none can be guessed. */
  readonly nonce: string
}

/** Kept in `$XDG_STATE_HOME/andamio-file-manager`; where nothing can be kept, made for this run alone. */
export function openIdentity(environment: NodeJS.ProcessEnv): Identity {
  const folder = join(environment.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'andamio-file-manager')
  const file = join(folder, 'identity')
  const nonce = read(file) ?? make(folder, file)
  return { nonce, client: createHash('sha256').update(`client ${nonce}`).digest('hex').slice(0, 32) }
}

function read(file: string): string | undefined {
  try {
    return /^[0-9a-f]{64}$/.exec(readFileSync(file, 'utf8').trim())?.[0]
  } catch {
    return undefined
  }
}

/** Whole from the moment it is there, and one only, whoever else starts at the same time. */
function make(folder: string, file: string): string {
  const nonce = randomBytes(32).toString('hex')
  const draft = `${file}.${nonce.slice(0, 8)}`
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(draft, `${nonce}\n`, { mode: 0o600, flag: 'wx' })
    if (read(file) === undefined) rmSync(file, { force: true })
    try {
      linkSync(draft, file)
    } finally {
      rmSync(draft)
    }
    return nonce
  } catch {
    return read(file) ?? nonce
  }
}

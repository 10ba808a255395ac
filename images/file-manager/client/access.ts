import { readdirSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { Problem, usageProblem } from './problem.ts'

/** How to enter the file manager of one lab. */
export interface Access {
  /** PEM of who is trusted; undefined for plain text. */
  readonly authority: string | undefined
  readonly token: string | undefined
}

export interface AccessOptions {
  readonly lab?: string | undefined
  /** A file that is named instead of found. */
  readonly config?: string | undefined
  readonly plainText?: boolean | undefined
}

const shape = z.object({
  lab: z.string(),
  nodes: z.array(z.string()).default([]),
  ca: z.string().default(''),
  token: z.string().min(1),
  plainText: z.boolean().default(false),
})

type Stored = z.infer<typeof shape>

const fileName = 'file-manager.json'
const writtenByUp =
  'Build the lab with up on this machine, which writes them, or name a copy of that file: --config FILE.'

/** Where labs leave what programs of this user need. */
export const configFolder = (environment: NodeJS.ProcessEnv): string =>
  join(environment.XDG_CONFIG_HOME || join(homedir(), '.config'), 'andamio')

/**
 * Those of the lab that `host` is a node of; else of the only lab there is. `warn` is told what is not as it should be.
 * Throws a `Problem` that names the labs there are when it cannot choose.
 */
export function findAccess(
  host: string,
  options: AccessOptions,
  environment: NodeJS.ProcessEnv,
  warn: (line: string) => void,
): Access {
  const folder = configFolder(environment)
  if (options.config !== undefined) return accessOf(read(options.config, warn), options)
  if (options.lab !== undefined) return accessOf(read(join(folder, checkLab(options.lab), fileName), warn), options)
  const labs = labsIn(folder)
  const stored = labs.map(lab => read(join(folder, lab, fileName), warn))
  const found = stored.find(({ nodes }) => nodes.includes(host)) ?? (stored.length === 1 ? stored[0] : undefined)
  if (found !== undefined) return accessOf(found, options)
  if (options.plainText) return { authority: undefined, token: undefined }
  if (labs.length === 0) throw new Problem(`there are no credentials of a lab in ${folder}`, writtenByUp)
  throw usageProblem(
    `${host} is not known as a node of a lab`,
    `Say which lab it is: --lab ${labs.join(' or --lab ')}.`,
  )
}

/** PEM and token, unless all is to travel in plain text: so the lab says, or whoever calls. */
function accessOf(stored: Stored, options: AccessOptions): Access {
  const plainText = stored.plainText || options.plainText === true
  return { authority: plainText ? undefined : stored.ca, token: stored.token }
}

function labsIn(folder: string): string[] {
  const isThere = (lab: string): boolean =>
    statSync(join(folder, lab, fileName), { throwIfNoEntry: false }) !== undefined
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(entry => entry.isDirectory() && isThere(entry.name))
      .map(entry => entry.name)
      .sort()
  } catch {
    return []
  }
}

function checkLab(lab: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(lab)) return lab
  throw usageProblem(`${JSON.stringify(lab)} is no name of a lab`, 'It has letters, digits, dots and dashes.')
}

function read(path: string, warn: (line: string) => void): Stored {
  let text: string
  try {
    if ((statSync(path).mode & 0o077) !== 0 && process.platform !== 'win32')
      warn(`others can read ${path}, which holds a token: chmod 600 makes it yours alone`)
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new Problem(`the credentials ${path} cannot be read: ${(error as Error).message}`, writtenByUp, 70, {
      cause: error,
    })
  }
  const stored = shape.safeParse(json(text))
  if (stored.success) return stored.data
  throw new Problem(`${path} does not hold credentials of a file manager`, writtenByUp)
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

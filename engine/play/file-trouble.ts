import { isAbsolute, sep } from 'node:path'
import { AndamioError } from '../errors.ts'
import { userName } from '../process/user-name.ts'
import { cacheFolder, configsFolder, labsFolder } from './folders.ts'

/** A folder that runs keep things in, and what moves it. */
interface OwnFolder {
  readonly what: string
  readonly path: string
  readonly variable: string
}

const ownFolders = (): readonly OwnFolder[] => [
  { what: 'state folder', path: labsFolder(), variable: 'XDG_STATE_HOME' },
  { what: 'cache folder', path: cacheFolder(), variable: 'XDG_CACHE_HOME' },
  { what: 'config folder', path: configsFolder(), variable: 'XDG_CONFIG_HOME' },
]

/** By the kernel's codes: what is so of any path, and what is so of our own folders only, elsewhere a mistake of ours. */
const anywhere: Readonly<Record<string, () => string>> = {
  EACCES: () => `permission denied; this is ${userName()}`,
  EPERM: () => `not permitted; this is ${userName()}`,
  EROFS: () => 'its file system is read-only',
}
const ofOurs: Readonly<Record<string, () => string>> = {
  ENOTDIR: () => 'a file stands where a folder is wanted',
  EEXIST: () => 'a file stands where a folder is wanted',
  EISDIR: () => 'a folder stands where a file is wanted',
  ELOOP: () => 'its links lead in a circle',
}
const full = ['ENOSPC', 'EDQUOT']

/**
 * What this machine's file system refuses, as an error for people: `disk-full` or `path-unusable`. Undefined for any other
 * error, which is a bug of ours.
 */
export function fileTrouble(error: unknown, uid = process.getuid?.()): AndamioError | undefined {
  if (!(error instanceof Error)) return undefined
  const { code = '', path, syscall = '' } = error as NodeJS.ErrnoException
  // Watchers run out under the same code as disks.
  if (full.includes(code) && syscall !== 'watch') return diskFull(error.message, path)
  // Programs and addresses have other troubles under these codes.
  if (path === undefined || !isAbsolute(path) || syscall.startsWith('spawn')) return undefined
  const own = ownFolders().find(folder => isWithin(path, folder.path) || isWithin(folder.path, path))
  const why = anywhere[code] ?? (own && ofOurs[code])
  if (why === undefined) return undefined
  const ways = [
    ...(uid !== 0 && code in anywhere && code !== 'EROFS' ? ['run the same command with sudo'] : []),
    ...(code in ofOurs ? ['move it away'] : []),
    ...(own ? [`set ${own.variable} to a folder that ${code in ofOurs ? 'is free' : 'this user may write'}`] : []),
  ]
  return new AndamioError({
    code: 'path-unusable',
    message: own ? `The ${own.what} cannot be used: ${path}` : `${path} cannot be used`,
    place: 'this machine',
    cause: `${why()} (${syscall}: ${code})`,
    next: sentence(ways.length > 0 ? ways.join(', or ') : 'put that right, then run the same command again'),
  })
}

const diskFull = (cause: string, path: string | undefined): AndamioError =>
  new AndamioError({
    code: 'disk-full',
    message: `No room is left on this machine${path === undefined ? '' : ` for ${path}`}`,
    place: 'this machine',
    cause,
    next: `Free some, then run the same command again. What there is: df -h ${[...ownFolders().map(({ path }) => path), '/tmp'].join(' ')}`,
  })

const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(folder + sep)

const sentence = (words: string): string => `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`

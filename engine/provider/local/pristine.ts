import { readFileSync } from 'node:fs'
import type { Json } from '../../report/events.ts'
import { type Answer, absent } from '../../resource/resource.ts'
import { keyOf, withName, withoutName } from '../lab/any-host.ts'

export type Recorded = Readonly<Record<string, Answer<Json>>>

let recorded: Recorded | undefined

/**
 * What a resource's probe answers on the first boot of the base image, as `npm run e2e:pristine` has recorded it: with it
 * `--check` can say what would be done on a host that does not exist yet.
 */
export function pristineAnswer(host: string, kind: string, id: string): Answer<Json> | undefined {
  recorded ??= JSON.parse(readFileSync(new URL('./pristine.json', import.meta.url), 'utf8')) as Recorded
  const answer = recorded[withoutName(keyOf(kind, id), host)] ?? answerOfPath(kind, id, recorded)
  return answer && withName(answer, host)
}

/** Their whole content is recorded, as `folder PATH`: what is not in them is not there. */
export const listedFolders = ['/', '/home', '/media', '/mnt', '/opt', '/srv', '/var'] as const

/** Paths are the inventory's to choose. What is known of one that nobody has asked for. */
function answerOfPath(kind: string, path: string, recorded: Recorded): Answer<Json> | undefined {
  if (!['directory', 'file', 'symlink', 'nfs-export'].includes(kind) || !isMissing(path, recorded)) return undefined
  if (kind !== 'nfs-export') return absent
  // A host without an NFS server exports none of its folders.
  return Object.entries(recorded).find(([key]) => key.startsWith('nfs-export '))?.[1]
}

function isMissing(path: string, recorded: Recorded): boolean {
  let folder = '/'
  for (const name of path.split('/').slice(1)) {
    const names = recorded[keyOf('folder', folder)]
    if (names?.is !== 'present') return false
    if (!(names.state as readonly string[]).includes(name)) return true
    folder = folder === '/' ? `/${name}` : `${folder}/${name}`
  }
  return false
}

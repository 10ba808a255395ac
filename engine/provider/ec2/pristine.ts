import type { Json } from '../../report/events.ts'
import { type Answer, absent } from '../../resource/resource.ts'
import { pristineAnswer } from '../local/pristine.ts'
import { isHostEnd } from './host-end.ts'

/** Kinds whose answers are the same on a first boot of Debian 12, where they were recorded, and of Ubuntu 24.04. */
const sameOnUbuntu = ['apt-repository', 'assertion', 'command', 'hostname', 'nfs-export', 'swap']

/**
 * What is known of an instance that does not exist yet. Nobody has recorded Ubuntu's image: what our local hosts' image
 * lacks it lacks, too, and for a few kinds it answers alike. The rest (modules that are loaded, settings of its kernel,
 * /etc/hosts) stays unknown until the host exists.
 */
export function pristineInstance(host: string, kind: string, id: string, ownImage = false): Answer<Json> | undefined {
  // A new host shows the key that it was given, and knows of no end.
  if (kind === 'own-host-key' || isHostEnd(id)) return absent
  // Of an image of the user nothing is known.
  if (ownImage) return undefined
  const answer = pristineAnswer(host, kind, id)
  return answer?.is === 'absent' || sameOnUbuntu.includes(kind) ? answer : undefined
}

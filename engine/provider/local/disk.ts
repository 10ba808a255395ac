import { mkdir, stat } from 'node:fs/promises'
import { type Eventual, Late } from '../../resource/late.ts'
import { onOperator } from '../../resource/operator.ts'
import { type Answer, absent, present, type Resource } from '../../resource/resource.ts'
import { raw, sh } from '../../shell/sh.ts'
import type { HostLayout } from '../lab/layout.ts'
import { runHere } from './command.ts'

/** Bytes that the host sees; the file takes only what was written. */
export type DiskState = { readonly bytes: number }

export interface DiskWish {
  readonly host: string
  readonly layout: HostLayout
  readonly image: Eventual<string>
  /** `20G`: grown to this where the image is smaller. */
  readonly size?: string
}

/** A host's disk: a copy of the base image, made once and never replaced. */
export function hostDisk({ host, layout, image, size }: DiskWish): Resource<DiskState, undefined> {
  return {
    kind: 'host-disk',
    id: host,
    probe: onOperator(() => look(layout.disk)),
    diff: is =>
      is.is === 'present' ? [] : [{ attribute: 'content', before: null, after: { late: 'a copy of the base image' } }],
    async apply() {
      await mkdir(layout.folder, { recursive: true, mode: 0o700 })
      const from = image instanceof Late ? image.now() : image
      const script = sh`umask 077
${raw(alone(layout))}
rm -f -- ${layout.disk}.new*
if [ -e ${layout.disk} ]; then exit 0; fi
copy=${layout.disk}.new.$$
cp --sparse=always --reflink=auto ${from} "$copy"
${raw(size ? sh`truncate --size=${`>${size}`} "$copy"` : '')}
mv "$copy" ${layout.disk}`
      await runHere(`copying the base image for ${host}`, script, { timeoutSeconds: 600 + waitSeconds })
    },
  }
}

export function noHostDisk(host: string, layout: HostLayout): Resource<DiskState, undefined> {
  return {
    kind: 'host-disk',
    id: host,
    probe: onOperator(() => look(layout.disk)),
    diff: is => (is.is === 'absent' ? [] : [{ attribute: 'bytes', before: is.state.bytes, after: null }]),
    async apply() {
      const script = sh`${raw(alone(layout))}
rm -f -- ${layout.disk} ${layout.disk}.new*`
      await runHere(`removing the disk of ${host}`, script, { timeoutSeconds: 60 + waitSeconds })
    },
  }
}

/** A copy takes a minute at most; one that hangs on a dead disk is not waited for without end. */
const waitSeconds = 300

/**
 * Shell text after which nobody else copies or removes this host's disk. A run killed by force leaves its copy going,
 * and that copy would put itself in the place of a newer one that a host already runs on; so it is waited for, and who
 * comes after it takes what it made. A folder is locked, for a lock on a file would be one more file to remove.
 */
const alone = ({ folder }: HostLayout): string => sh`exec 9<${folder}
flock -w ${waitSeconds} 9 || { echo ${`an earlier copy in ${folder} has not ended`} >&2; exit 75; }`

async function look(path: string): Promise<Answer<DiskState>> {
  try {
    return present({ bytes: (await stat(path)).size })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return absent
    throw error
  }
}

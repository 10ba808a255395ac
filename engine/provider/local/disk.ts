import { mkdir, rm, stat } from 'node:fs/promises'
import { type Eventual, Late } from '../../resource/late.ts'
import { onOperator } from '../../resource/operator.ts'
import { type Answer, absent, present, type Resource } from '../../resource/resource.ts'
import { raw, sh } from '../../shell/sh.ts'
import { runHere } from './command.ts'
import type { HostLayout } from './layout.ts'

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
      const copy = `${layout.disk}.new`
      // Named when it is whole: a copy that was cut off is begun again.
      const script = sh`umask 077
rm -f ${copy}
cp --sparse=always --reflink=auto ${from} ${copy}
${raw(size ? sh`truncate --size=${`>${size}`} ${copy}` : '')}
mv ${copy} ${layout.disk}`
      await runHere(`copying the base image for ${host}`, script, { timeoutSeconds: 600 })
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
      await rm(`${layout.disk}.new`, { force: true })
      await rm(layout.disk, { force: true })
    },
  }
}

async function look(path: string): Promise<Answer<DiskState>> {
  try {
    return present({ bytes: (await stat(path)).size })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return absent
    throw error
  }
}

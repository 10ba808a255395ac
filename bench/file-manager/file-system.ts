import { execFileSync } from 'node:child_process'
import { closeSync, fsyncSync, mkdirSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs'

/**
 * An ext4 of its own at `folder`, of so many MiB, in the image `folder`.img, until `close`. Where thousands of files were
 * removed within the last five minutes ext4 makes new ones up to twenty times more slowly (it passes by the inodes that
 * are just free), so that a run would measure what the run before it has removed. Needs the rights of root, for the
 * mount; without them it is a plain folder, and `own` says so.
 */
export function ownFileSystem(folder: string, megabytes: number): { readonly own: boolean; close(): void } {
  mkdirSync(folder)
  if (process.getuid?.() !== 0) return { own: false, close: () => rmSync(folder, { recursive: true }) }
  const image = `${folder}.img`
  makeDisk(image, megabytes)
  // Whole from the start: no thread of the kernel goes on writing empty tables while rivals are timed.
  execFileSync('mkfs.ext4', ['-q', '-E', 'nodiscard,lazy_itable_init=0,lazy_journal_init=0', image])
  execFileSync('mount', ['-o', 'loop', image, folder])
  return {
    own: true,
    close: () => {
      execFileSync('umount', [folder])
      rmdirSync(folder)
      rmSync(image)
    },
  }
}

/** As on a disk, all blocks are there: none has to be found in the file system below when it is written. */
function makeDisk(path: string, megabytes: number): void {
  const fd = openSync(path, 'wx', 0o600)
  const zeros = Buffer.alloc(2 ** 20)
  for (let i = 0; i < megabytes; i++) writeSync(fd, zeros)
  fsyncSync(fd)
  closeSync(fd)
}

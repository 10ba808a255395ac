import { raw, sh } from '../shell/sh.ts'
import type { UploadDirectory } from './upload-file.ts'

/**
 * Shell text that makes directories, for `set -eu`. Missing parents are made as well, as whoever runs it would, and open
 * to read. None is ever open to more than it will be: made for its maker alone, then handed over. One that is there keeps
 * what it holds; what else stands at its path makes it fail.
 */
export const makeDirectories = (directories: readonly UploadDirectory[]): string => sh`
for path in ${directories.map(({ path }) => path)}; do
  parent=\${path%/*}; [ -d "\${parent:-/}" ] || (umask 022; mkdir -p -- "$parent")
  [ -d "$path" ] && [ ! -L "$path" ] || mkdir -m 0700 -- "$path"
done
${raw(grouped(directories, ({ owner }) => owner, 'chown -h', pathOf))}
${raw(grouped(directories, ({ mode }) => mode, 'chmod', pathOf))}`

const pathOf = ({ path }: UploadDirectory): string => path

/** One command for all of which it is to make the same. Owners come first, for a change of owner takes bits away. */
export function grouped<E>(
  entries: readonly E[],
  of: (entry: E) => string,
  command: 'chown' | 'chown -h' | 'chmod',
  name: (entry: E, number: number) => string,
): string {
  const groups = new Map<string, string[]>()
  for (const [number, entry] of entries.entries())
    groups.set(of(entry), [...(groups.get(of(entry)) ?? []), name(entry, number)])
  return [...groups].map(([value, names]) => sh`${raw(command)} -- ${value} ${names}`).join('\n')
}

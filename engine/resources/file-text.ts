import type { HostProbe } from '../resource/probe.ts'
import { absent, present } from '../resource/resource.ts'
import { longestText, shownText, type TextPart, type TextState } from '../resource/text-part.ts'
import { sh } from '../shell/sh.ts'
import type { FilePart } from './file-part.ts'
import type { PathState } from './path-state.ts'

/** A file's text as one attribute of the resource that it is a part of. */
export function partText(attribute: string, part: FilePart, found: PathState | null): TextPart {
  const before = found?.type === 'file' ? fileTextProbe(part.path) : null
  return { attribute, name: part.path, before, after: part.content }
}

/** The content of a regular file. In base64, for the shell keeps neither NUL bytes nor newlines at the end. */
export const fileTextProbe = (path: string): HostProbe<TextState> => ({
  of: 'host',
  merge: 'file-text',
  keys: [path],
  script: paths => sh`
for path in ${paths}; do
  [ -f "$path" ] || { printf '%s\n' "- $path"; continue; }
  size=$(stat -c %s -- "$path") || exit
  printf '%s\n' "= $path" "$size"
  if [ "$size" -le ${longestText} ]; then base64 -w 0 -- "$path" || exit; fi
  echo
done`,
  parse: output => {
    const lines = output.split('\n')
    if (lines.includes(`- ${path}`)) return absent
    const at = lines.indexOf(`= ${path}`)
    if (at < 0) throw new Error(`nothing was said about ${path}`)
    return present(shownText(Buffer.from(lines[at + 2] ?? '', 'base64'), Number(lines[at + 1])))
  },
})

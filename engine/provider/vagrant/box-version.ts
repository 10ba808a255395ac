import { homedir } from 'node:os'
import { join } from 'node:path'
import { foldersIn } from '../lab/layout.ts'
import { isOlder } from '../tool/tool.ts'

/**
 * The version of a box that Vagrant makes machines of: the newest that it has fetched, for ours looks for no newer one.
 * Undefined while it has none. Read from its folder, for its program takes seconds to say so.
 */
export function boxVersion(box: string): string | undefined {
  const home = process.env.VAGRANT_HOME || join(homedir(), '.vagrant.d')
  const folder = box.replaceAll('/', '-VAGRANTSLASH-').replaceAll(':', '-VAGRANTCOLON-')
  const versions = foldersIn(join(home, 'boxes', folder)).filter(name => /^\d/.test(name))
  return versions.sort((one, other) => (isOlder(one, other) ? 1 : -1))[0]
}

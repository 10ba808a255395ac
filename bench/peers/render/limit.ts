import { raw, sh } from '../../../engine/shell/sh.ts'
import type { BenchHost } from '../bench-host.ts'
import type { Work } from '../work.ts'
import type { Files } from './files.ts'
import { applyScript, lookScript } from './shell.ts'

/**
 * The limit: OpenSSH's own client, one cold connection a host, all side by side, one script each. Nothing that logs in
 * anew and looks at all of this can be much quicker.
 */
export function renderLimit(work: Work, hosts: readonly BenchHost[], wish: { key: string; folder: string }): Files {
  return {
    'limit/look': lookScript(work),
    'limit/apply': applyScript(work),
    'limit/look.sh': onEach(hosts, 'look', wish),
    'limit/apply.sh': onEach(hosts, 'apply', wish),
  }
}

function onEach(hosts: readonly BenchHost[], script: string, { key, folder }: { key: string; folder: string }): string {
  const options = ['-F', 'none', '-i', key, '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes']
  return sh`jobs=
for host in ${hosts.map(({ user, address }) => `${user}@${address}`)}; do
  ssh ${[...options, '-o', `UserKnownHostsFile=${folder}/home/.ssh/known_hosts`]} "$host" sudo -n sh -s <limit/${raw(script)} >"limit/$host.out" 2>&1 &
  jobs="$jobs $!"
done
failed=0
for job in $jobs; do wait "$job" || failed=1; done
cat limit/*.out
exit $failed
`
}

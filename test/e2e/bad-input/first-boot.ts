import { readFile } from 'node:fs/promises'
import type { ResourceEnd } from '../../../engine/report/events.ts'
import { equal, figure, holds, prove, say } from '../proof.ts'
import type { PlaybookResult } from '../run-playbook.ts'
import type { LabOfOne } from './lab-of-one.ts'
import { refused } from './refused.ts'

/** A first boot that lasts until the test says so. */
export const userData = `#cloud-config
runcmd:
  - [sh, -c, 'until [ -e /run/go ]; do sleep 1; done']
`

const hostEnds = ({ events }: PlaybookResult): ResourceEnd[] =>
  events.filter(
    (event): event is ResourceEnd => event.type === 'resource.end' && event.host === 'one' && event.role !== 'local',
  )

/** cloud-init goes through its stages again, with other user data, as at a first boot. */
const bootAgain = (data: string): string => `cat >/var/lib/cloud/seed/nocloud/user-data <<'E'
${data}E
cloud-init clean >/dev/null 2>&1; : >/run/cloud-init/enabled
for stage in 'init --local' init 'modules --mode=config' 'modules --mode=final'; do
  cloud-init $stage >/dev/null 2>&1 || :
done`

/** A host whose cloud-init runs, ends, complains, fails, is killed and is switched off. */
export async function firstBootSteps(lab: LabOfOne): Promise<void> {
  await prove('a first boot is waited for, and check mode calls everything unknown until it ends', async () => {
    const first = await lab.start()
    const wait = await first.until(event => event.type === 'wait' && event.what === 'cloud-init to end')
    holds(wait?.type === 'wait', 'the run says what it waits for')
    say(`saw: waiting for ${wait.what}, ${wait.detail}, at most ${wait.limitSeconds} s`)
    const look = await lab.run(['--check'])
    equal(look.exit, 3, 'exit status of check')
    const whys = new Set(hostEnds(look).map(({ outcome, why }) => `${outcome} ${why}`))
    equal([...whys], ['unknown until cloud-init on one ends'], 'what check says of every resource')
    equal(
      await lab.root('cat /etc/hosts | grep -c ip6-loopback || :; ls /run/go 2>&1 | grep -c cannot'),
      '0\n1',
      'untouched',
    )
    await lab.root(': >/run/go')
    const result = await first.done
    equal(result.exit, 0, 'exit status')
    equal(await lab.root('cloud-init status'), 'status: done', 'what cloud-init says')
    const waited = result.events.findLastIndex(event => event.type === 'wait' && event.what === 'cloud-init to end')
    const touched = result.events.findIndex(event => event.type === 'resource.start' && event.role === 'base')
    holds(waited < touched, 'nothing was begun before it ended')
  })

  await prove('where it has ended, looking at it costs no round trip of its own', async () => {
    const again = await lab.run()
    equal([again.exit, hostEnds(again).filter(({ outcome }) => outcome !== 'ok').length], [0, 0], 'exit and changes')
    // Facts, and one batch for each of two plays.
    figure('round trips of a converged host with cloud-init', again.end?.roundTrips ?? 99, { atMost: 3 }, '')
  })

  await prove('what it complained of is a warning, and the run goes on', async () => {
    // Debian's cloud-init cannot complain yet: what one that can has left on such a host.
    const recorded = new URL('../../../engine/resource/fixtures/cloud-init/25.1.4-degraded.json', import.meta.url)
    const { status } = JSON.parse(await readFile(recorded, 'utf8'))
    await lab.root(`cp /run/cloud-init/status.json /run/kept.json
cat >/run/cloud-init/status.json <<'E'\n${JSON.stringify(status, undefined, 1)}\nE`)
    const result = await lab.run()
    const warnings = result.events.flatMap(event =>
      event.type === 'notice' && event.level === 'warning' ? [event.text] : [],
    )
    const told = warnings.filter(text => text.startsWith('cloud-init on one: WARNING: cloud-config failed schema'))
    equal([result.exit, told.length], [0, 1], 'exit status and warnings')
    say(`saw: ${told[0]}`)
    await lab.root('cat /run/kept.json >/run/cloud-init/status.json')
  })

  await prove('one that failed is an error, and switching it off is the way on', async () => {
    await lab.root(bootAgain('#cloud-config\nruncmd: [[sh, -c, "exit 3"]]\n'))
    const before = await lab.kept()
    const refusal = { exit: 70, code: 'cloud-init-failed', names: /scripts-user[\s\S]*runcmd/ }
    refused(await lab.run(['--check']), refusal)
    refused(await lab.run(), refusal)
    equal(await lab.kept(), before, 'what the host keeps')
    await lab.root(': >/etc/cloud/cloud-init.disabled')
    equal((await lab.run()).exit, 0, 'exit status once it is disabled')
    await lab.root('rm /etc/cloud/cloud-init.disabled')
  })

  await prove('one that was killed is an error at once, not waited for', async () => {
    const endless = '#cloud-config\nruncmd: [[sh, -c, "sleep 900"]]\n'
    await lab.root(bootAgain(endless).replace(" 'modules --mode=final'", ''))
    await lab.root(`systemctl restart --no-block cloud-final
until grep -q '"stage": "modules-final"' /run/cloud-init/status.json; do sleep 0.2; done
systemctl kill -s KILL cloud-final; until systemctl is-failed -q cloud-final; do sleep 0.2; done`)
    refused(await lab.run(), { exit: 70, code: 'cloud-init-failed', names: /stopped in its stage modules-final/ })
    await lab.root(bootAgain('#cloud-config\n{}\n'))
    equal((await lab.run()).exit, 0, 'exit status once it has ended well')
  })
}

import type { AnyResource } from '../../engine/resource/resource.ts'
import { installPackages } from '../../engine/resources/apt-packages.ts'
import { command } from '../../engine/resources/command.ts'

const daemons = ['systemd-timesyncd', 'chrony', 'chronyd', 'ntpsec', 'ntp', 'ntpd', 'openntpd']

/** Something keeps the host's time: the daemon it came with, its host's own clock, or else systemd-timesyncd. */
export function timeSync(): AnyResource {
  const start = 'systemctl enable --now systemd-timesyncd'
  const id = 'keep the time in step'
  const kept = command({
    id,
    reason: 'any of several daemons will do, and a User Mode Linux guest reads the clock of the machine it runs on',
    done: `grep -q 'User Mode Linux' /proc/cpuinfo && exit 0
systemctl is-active --quiet ${daemons.join(' ')} && exit 0
exit 1`,
    run: start,
  })
  return {
    ...kept,
    apply: async on => {
      const look = 'systemctl cat systemd-timesyncd >/dev/null 2>&1 || echo missing'
      const found = await on.run(look, { what: 'look for systemd-timesyncd' })
      if (found === 'missing') await installPackages(on, ['systemd-timesyncd'])
      await on.run(start, { what: id })
    },
  }
}

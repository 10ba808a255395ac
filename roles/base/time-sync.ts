import type { AnyResource } from '../../engine/resource/resource.ts'
import { command } from '../../engine/resources/command.ts'

const daemons = ['systemd-timesyncd', 'chrony', 'chronyd', 'ntpsec', 'ntp', 'ntpd', 'openntpd']

/** Something keeps the host's time: the daemon it came with, its host's own clock, or else systemd-timesyncd. */
export function timeSync(): AnyResource {
  return command({
    id: 'keep the time in step',
    reason: 'any of several daemons will do, and a User Mode Linux guest reads the clock of the machine it runs on',
    done: `grep -q 'User Mode Linux' /proc/cpuinfo && exit 0
systemctl is-active --quiet ${daemons.join(' ')} && exit 0
exit 1`,
    run: `export DEBIAN_FRONTEND=noninteractive
if ! systemctl cat systemd-timesyncd >/dev/null 2>&1; then
  apt-get -o DPkg::Lock::Timeout=600 -y --no-install-recommends install systemd-timesyncd
fi
systemctl enable --now systemd-timesyncd`,
    timeoutSeconds: 900,
  })
}

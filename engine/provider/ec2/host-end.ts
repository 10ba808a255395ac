import type { Late } from '../../resource/late.ts'
import type { AnyResource } from '../../resource/resource.ts'
import { systemdUnit, systemdUnitAbsent } from '../../resources/systemd-unit.ts'

const service = 'andamio-ends.service'
const timer = 'andamio-ends.timer'
/** Those who are logged in are warned this much before. */
const warningMinutes = 30

/**
 * A timer on the host itself: what is forgotten ends without anybody. AWS then does with it what the instance is told to
 * do at a shutdown. One whose time was over while it was off does not fire when the host is started.
 */
export const hostEnd = (expires: Late<string>): readonly AnyResource[] => [
  systemdUnit({ name: service, unitFile: expires.map(serviceFile) }),
  systemdUnit({ name: timer, unitFile: expires.map(timerFile), enabled: true, running: true }),
]

export const noHostEnd = (): readonly AnyResource[] => [systemdUnitAbsent(timer), systemdUnitAbsent(service)]

/** The same for cloud-init, so that a host which nobody ever logs in to ends, too. */
export const hostEndAtBirth = (expires: string) => ({
  write_files: [
    { path: unitPath(service), content: serviceFile(expires), permissions: '0644' },
    { path: unitPath(timer), content: timerFile(expires), permissions: '0644' },
  ],
  runcmd: [['systemctl', 'enable', '--now', timer]],
})

/** Whether a host that was never logged in to certainly has none of it. */
export const isHostEnd = (id: string): boolean => id === service || id === timer

const unitPath = (unit: string): string => `/etc/systemd/system/${unit}`

const seconds = (expires: string): number => Math.floor(Date.parse(expires) / 1000)

const serviceFile = (expires: string): string => `[Unit]
Description=End this host when the time of its lab is over

[Service]
Type=oneshot
ExecStart=/bin/sh -c 'if [ $(date +%%s) -ge ${seconds(expires)} ]; then systemctl --no-block poweroff; else wall "This host ends itself at ${expires}. Running up again gives it more time."; fi'
`

const timerFile = (expires: string): string => `[Unit]
Description=When the time of this host's lab is over

[Timer]
OnCalendar=${calendar(seconds(expires) - warningMinutes * 60)}
OnCalendar=${calendar(seconds(expires))}
AccuracySec=1s

[Install]
WantedBy=timers.target
`

/** As systemd writes a moment: `2026-11-21 20:00:00 UTC`. */
const calendar = (at: number): string =>
  `${new Date(at * 1000)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, '')} UTC`

/** What every contender is to bring about on every host, and nothing of how. */
export interface Work {
  /** Installed by one request, which is what each tool does best. */
  readonly packages: readonly string[]
  readonly directories: readonly Directory[]
  readonly files: readonly WorkFile[]
  /** Enabled and running; the packages bring them. */
  readonly units: readonly string[]
  readonly sysctls: readonly Sysctl[]
  readonly mounts: readonly Mount[]
}

export interface Directory {
  readonly path: string
  readonly mode: string
  readonly owner: string
}

export interface WorkFile extends Directory {
  readonly content: string
}

/** Set now, and at boot by a file of its own: `90-bench-0` under /etc/sysctl.d. */
export interface Sysctl {
  readonly key: string
  readonly value: number
  readonly file: string
}

/** A tmpfs, mounted now and at boot. Its source has a name of its own: some tools look a mount up by its source. */
export interface Mount {
  readonly source: string
  readonly path: string
  readonly mebibytes: number
}

/** How many of each, the packages counting as one: twenty as on a small server, a hundred as on a well-kept one. */
export const sizes = {
  20: { packages: 3, directories: 5, files: 8, units: 2, sysctls: 2, mounts: 2 },
  100: { packages: 5, directories: 20, files: 65, units: 4, sysctls: 6, mounts: 4 },
} as const

export type Resources = keyof typeof sizes

const packages = ['cron', 'logrotate', 'tree', 'at', 'rsyslog']
const units = ['cron.service', 'logrotate.timer', 'atd.service', 'rsyslog.service']
/** None that a host would be worse or better for. */
const sysctls = [
  ['vm.swappiness', 17],
  ['net.ipv4.tcp_fin_timeout', 31],
  ['net.ipv4.tcp_keepalive_time', 1234],
  ['vm.dirty_ratio', 21],
  ['fs.inotify.max_user_watches', 65432],
  ['kernel.panic', 13],
] as const

export function workOf(resources: Resources): Work {
  const many = sizes[resources]
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index)
  const mounts = numbers(many.mounts).map(index => ({
    source: `bench-${index}`,
    path: `/srv/bench-mount-${index}`,
    mebibytes: 4 + index,
  }))
  return {
    packages: packages.slice(0, many.packages),
    directories: [
      { path: '/etc/bench', mode: '0755', owner: 'root' },
      ...mounts.map(({ path }) => ({ path, mode: '0755', owner: 'root' })),
      ...numbers(many.directories - many.mounts - 1).map(index => ({
        path: `/srv/bench-${index}`,
        mode: index % 2 === 0 ? '0750' : '0755',
        owner: index % 3 === 0 ? 'www-data' : 'root',
      })),
    ],
    files: numbers(many.files).map(index => ({
      path: `/etc/bench/${index}.conf`,
      mode: index % 4 === 0 ? '0600' : '0644',
      owner: 'root',
      content: contentOf(index),
    })),
    units: units.slice(0, many.units),
    sysctls: sysctls.slice(0, many.sysctls).map(([key, value], index) => ({ key, value, file: `90-bench-${index}` })),
    mounts,
  }
}

/** A few hundred bytes to a few thousand, as configuration has. */
const contentOf = (file: number): string =>
  Array.from({ length: 10 + (file % 7) * 10 }, (_, line) => `setting_${line} = value ${file * 1000 + line}\n`).join('')

/** As the kernel tells them, so that no tool sees a difference that is only one of spelling. */
export const mountOptions = ({ mebibytes }: Mount): readonly string[] => [`size=${mebibytes * 1024}k`, 'mode=755']

export const countOf = ({ packages, directories, files, units, sysctls, mounts }: Work): number =>
  Math.min(1, packages.length) + directories.length + files.length + units.length + sysctls.length + mounts.length

/** What the cell of one changed file has changed in between, on every host. */
export const spoiled = ({ files }: Work): WorkFile => {
  const file = files[Math.floor(files.length / 2)]
  if (!file) throw new Error('this work has no files')
  return file
}

import { uptime } from 'node:os'
import type { FragmentAnswer } from './batch.ts'
import { cloudInitScript, readCloudInit } from './cloud-init.ts'
import type { HostFacts } from './host.ts'

/**
 * One fragment that tells what a host is. Shell builtins and /proc where they will do: a process costs milliseconds on
 * a small host. Lines of `key=value`, and ip's own.
 */
export const factsScript = `
read -r bootId </proc/sys/kernel/random/boot_id; echo "bootId=$bootId"
read -r hostname </proc/sys/kernel/hostname; echo "hostname=$hostname"
machineId=; [ -r /etc/machine-id ] && read -r machineId </etc/machine-id; echo "machineId=$machineId"
while IFS='=' read -r key value; do
  case $key in ID|VERSION_ID|VERSION_CODENAME|PRETTY_NAME) value=\${value#\\"}; echo "os.$key=\${value%\\"}" ;; esac
done </etc/os-release
while read -r key value _; do case $key in MemTotal:) echo "memoryKiB=$value" ;; esac; done </proc/meminfo
cpus=0; while read -r key _; do case $key in processor) cpus=$((cpus + 1)) ;; esac; done </proc/cpuinfo; echo "cpus=$cpus"
echo "uname=$(uname -mr)"
stat -fc '%n=%T %a %S' /sys/fs/cgroup /var
ip -o -4 address show scope global
${cloudInitScript}
read -r uptime _ </proc/uptime; echo "uptime=$uptime"
echo "epoch=$(date +%s.%N)"
`

/**
 * `clock` and `up` are this machine's clock and uptime, in seconds, when the answer came. Throws where something is
 * missing, or is not what such a host says.
 */
export function readFacts(answer: FragmentAnswer, clock = Date.now() / 1000, up = uptime()): HostFacts {
  const facts = new Map<string, string>()
  const addresses: { interface: string; address: string }[] = []
  for (const line of answer.stdout.split('\n')) {
    const [, name, address] = line.match(/^\d+: (\S+) +inet ([\d.]+)/) ?? []
    if (name !== undefined && address !== undefined) addresses.push({ interface: name, address })
    else facts.set(line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1))
  }
  const get = (key: string): string => {
    const value = facts.get(key)
    if (value === undefined) throw new Error(`it did not tell its ${key}`)
    return value
  }
  const number = (key: string): number => {
    const value = Number(get(key))
    if (Number.isFinite(value)) return value
    throw new Error(`it told for its ${key}: ${get(key).slice(0, 80)}`)
  }
  const [kernel = '', arch = ''] = get('uname').split(' ')
  const [cgroup = ''] = get('/sys/fs/cgroup').split(' ')
  const [freeBlocks = 0, blockBytes = 0] = get('/var').split(' ').slice(1).map(Number)
  return {
    hostname: get('hostname'),
    machineId: get('machineId'),
    bootId: get('bootId'),
    arch,
    kernel,
    os: {
      id: get('os.ID'),
      version: facts.get('os.VERSION_ID') ?? '',
      codename: facts.get('os.VERSION_CODENAME') ?? '',
      name: facts.get('os.PRETTY_NAME') ?? get('os.ID'),
    },
    cpus: number('cpus'),
    memoryBytes: number('memoryKiB') * 1024,
    varFreeBytes: freeBlocks * blockBytes,
    cgroup,
    addresses,
    cloudInit: readCloudInit(facts),
    clockAheadSeconds: number('epoch') - clock,
    uptimeAheadSeconds: number('uptime') - up,
  }
}

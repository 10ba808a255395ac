import type { Resource } from '../resource/resource.ts'
import { present } from '../resource/resource.ts'
import { compare } from './changes.ts'

export type SwapState = {
  /** Devices and files that are swapped to. */
  readonly active: readonly string[]
  /** Whether swap comes back at boot. */
  readonly atBoot: boolean
}

/**
 * No swap, now and at boot. systemd's swap.target is masked: every way that swap comes back at boot goes through it, and
 * fstab, which belongs to the installer, need not be edited.
 */
export function swapOff(): Resource<SwapState> {
  return {
    kind: 'swap',
    id: 'off',
    probe: {
      of: 'host',
      keys: [],
      // A kernel without swap has no /proc/swaps.
      script: () => `
if [ -e /proc/swaps ]; then cat /proc/swaps || exit; fi
if [ /etc/systemd/system/swap.target -ef /dev/null ]; then echo masked; fi`,
      parse: output => {
        const lines = output.split('\n').filter(line => line !== '' && !line.startsWith('Filename'))
        const active = lines.filter(line => line !== 'masked').map(line => line.split(/\s+/)[0] ?? '')
        return present({ active, atBoot: !lines.includes('masked') })
      },
    },
    diff: is => compare({ active: [], atBoot: false }, is.is === 'present' ? is.state : {}),
    apply: async on => {
      await on.run('systemctl mask swap.target\nswapoff -a', { what: 'switch swap off', timeoutSeconds: 300 })
    },
  }
}

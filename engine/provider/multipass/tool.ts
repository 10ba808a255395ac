import type { Tool } from '../tool/tool.ts'

const daemon =
  'See that its service runs and that you may use it: on Linux `snap services multipass` and the group that owns ' +
  '/var/snap/multipass/common/multipass_socket; on macOS and Windows start Multipass itself.'

export const multipass: Tool = {
  name: 'multipass',
  elsewhere: ['/snap/bin', '/var/lib/snapd/snap/bin', '/usr/local/bin', '/opt/homebrew/bin'],
  oldest: { version: '1.11', for: 'its option --memory' },
  install:
    'Install a current one: `sudo snap install multipass` on Linux, `brew install --cask multipass` on macOS; or take ' +
    'hosts from elsewhere (--inventory local, vagrant, static).',
  whenSilent:
    'Its service hangs: restart it (`sudo snap restart multipass`, or quit and start Multipass), then run again.',
  explains: [
    { when: /socket access denied|cannot connect to the multipass socket|daemon/i, next: daemon },
    {
      when: /not authenticated/i,
      next: 'Run `multipass authenticate` with the passphrase that who installed it has set (`multipass set local.passphrase`), then run again.',
    },
    {
      when: /unable to find an image|remote ".*" is unknown or unreachable|cannot connect to the image servers/i,
      next: 'See `multipass find` for the releases there are, and whether this machine reaches their servers; the inventory names one in multipass: { release: ... }.',
    },
    {
      when: /below minimum for this image|not enough|insufficient|no space left/i,
      next: 'Give the host more `disk`, or free some on this machine (`multipass delete --purge` what you need no more).',
    },
    {
      when: /home directories outside of \/home|cannot perform operation|snap-confine/i,
      next: "The snap's confinement stands against it, not andamio: see `snap help` on home folders, or run as a user whose home is under /home.",
    },
    {
      when: /kvm|virtuali[sz]ation|hypervisor|hyper-v/i,
      next: 'This machine cannot run virtual machines as it is: enable virtualisation in its firmware, or take --inventory local: it needs none.',
    },
    {
      when: /timed out/i,
      next: 'The instance may still come up: run again, which goes on with it. `multipass info` and /var/log/cloud-init-output.log within say what it is at.',
    },
  ],
}

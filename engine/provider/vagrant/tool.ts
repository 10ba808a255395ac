import type { Tool } from '../tool/tool.ts'

/** Patterns are tried on `Vagrant::Errors::CLASS: words`, where Vagrant gives the class, for words change with versions. */
export const vagrant: Tool = {
  name: 'vagrant',
  elsewhere: ['/usr/local/bin', '/opt/vagrant/bin', '/opt/homebrew/bin'],
  oldest: { version: '2.2', for: 'what its plugins and boxes of today need' },
  install:
    'Install a current one (on Debian: apt-get install vagrant; else from vagrantup.com), and VirtualBox or libvirt; or ' +
    'take hosts from elsewhere (--inventory local, multipass, static).',
  whenSilent:
    'See whether another vagrant or its hypervisor hangs (`VBoxManage list runningvms`, `virsh list`), then run again.',
  explains: [
    {
      when: /NoDefaultProvider|ProviderNotUsable|VirtualBoxNotDetected|VBoxManageNotFound|VirtualBoxInstallIncomplete/,
      next: 'Install VirtualBox; or libvirt with `vagrant plugin install vagrant-libvirt`, and say vagrant: { hypervisor: libvirt } in the inventory.',
    },
    {
      when: /ProviderNotFound|provider '.*' could not be found/,
      next: 'Install the plugin that brings this provider, such as `vagrant plugin install vagrant-libvirt`; `vagrant plugin list` shows what there is.',
    },
    {
      when: /plugins configured for this\s+project which are not installed/,
      next: 'Install what its Vagrantfile wants, in the folder of it: `vagrant plugin install --local`; then run again.',
    },
    {
      when: /Plugin\w*Error|PluginMissing|PluginNeeds|plugins? (have )?failed to initialize|Unknown configuration section/i,
      next: 'Install or mend the plugin: `vagrant plugin list`, `vagrant plugin install NAME`, `vagrant plugin repair`; after a new version of Vagrant: `vagrant plugin expunge --reinstall`.',
    },
    {
      when: /requires the Vagrant\s+version to satisfy/,
      next: 'Install a version of Vagrant that the Vagrantfile asks for.',
    },
    {
      when: /Box\w*(NotFound|NoMatching|Mismatch|Failure|Failed|DownloadError|Corrupted|Malformed)|DownloaderError|box '.*' could not be found/i,
      next: 'See `vagrant box list`, whether this machine reaches the server of the box, and whether there is one for this hypervisor and processor; the inventory names it in vagrant: { box: ... }.',
    },
    {
      when: /Vagrantfile(Syntax|Load|Name)Error|Config(Invalid|UpgradeErrors)|syntax error in the following Vagrantfile|error loading a Vagrantfile/i,
      next: 'Correct the Vagrantfile where it says; `vagrant validate` in its folder tells whether it is well.',
    },
    {
      when: /NoEnvironmentError/,
      next: 'Give the folder that holds your Vagrantfile: vagrant: { folder: ... }.',
    },
    {
      when: /not within the\s+allowed ranges|NetworkCollision|NetworkAddressInvalid|host-only network/i,
      next: 'Give the hosts a network that VirtualBox allows, of 192.168.56.0/21: vagrant: { network: 192.168.57.0/24 }; or allow more in /etc/vbox/networks.conf.',
    },
    {
      when: /VT-x|VERR_VMX|VERR_SVM|AMD-V|KVM|Kernel ?Module/i,
      next: 'This machine cannot run virtual machines as it is: enable virtualisation in its firmware, let only one hypervisor use it; or take --inventory local: it needs none.',
    },
    {
      when: /MachineLocked|ActionLocked|EnvironmentLocked/,
      next: 'Another vagrant is at work on it: wait for its end, then run again.',
    },
    {
      when: /Uid|created with a user that doesn't match|KeyBad(Owner|Permissions)/,
      next: 'These machines were made by another user of this computer: run as that one, with sudo or without.',
    },
    {
      when: /VMBootTimeout|BootBadState|Timed out while waiting for the machine to boot/i,
      next: 'Run again, which goes on with it; look at its console (VirtualBox, virt-viewer) where it stays so.',
    },
  ],
}

#!/bin/sh
# Turns a fresh bootstrap into the base image of local hosts. $1 the new root, $2 the tree of files laid over it.
set -eu
root=$1
tree=$2

cp -R "$tree/." "$root/"
chmod 0755 "$root/usr/lib/local-host/quirks" "$root/usr/lib/local-host/seed"
chmod 0440 "$root/etc/sudoers.d/90-cloud-user"

chroot "$root" useradd --create-home --shell /bin/bash --uid 1000 debian
chroot "$root" systemctl --quiet enable \
  systemd-networkd.service ssh.service local-host-seed.service local-host-quirks.service

# Nobody reads a console, and a lab lives for hours: what needs one, or tidies up once a day, only slows every boot.
chroot "$root" systemctl --quiet mask \
  getty.target getty@tty1.service console-getty.service \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
  systemd-networkd-wait-online.service systemd-network-generator.service systemd-random-seed.service \
  systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-pstore.service \
  systemd-pcrphase.service systemd-pcrphase-initrd.service systemd-pcrphase-sysinit.service \
  dev-hugepages.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-fs-fuse-connections.mount \
  modprobe@configfs.service modprobe@dm_mod.service modprobe@drm.service modprobe@efi_pstore.service \
  modprobe@fuse.service modprobe@loop.service

# A host gets these from its seed, or makes them itself; two hosts must not share them.
rm -f "$root"/etc/ssh/ssh_host_* "$root/etc/hostname" "$root/etc/resolv.conf" "$root/etc/apt/sources.list" \
  "$root/etc/apt/apt.conf.d/99mmdebstrap" "$root/etc/dpkg/dpkg.cfg.d/99mmdebstrap"
rm -rf "$root"/etc/apt/sources.list.d/* "$root"/var/log/* "$root"/var/lib/systemd/random-seed
: >"$root/etc/machine-id"

# Tells systemd that what /usr asks of /etc and /var is done already; else the first boot goes through it all.
touch "$root/usr" "$root/etc/.updated" "$root/var/.updated"

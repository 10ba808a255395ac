# On the storage host, as root, after settings.sh.
export DEBIAN_FRONTEND=noninteractive
apt-get -qq -y -o Dpkg::Options::=--force-confold install --no-install-recommends nfs-kernel-server docker-registry >/dev/null

mkdir -p /mnt/nfs-share /etc/exports.d
chown 10001:10001 /mnt/nfs-share
chmod 0770 /mnt/nfs-share
for client in $CLIENTS; do
  echo "/mnt/nfs-share $client(rw,sync,no_subtree_check,all_squash,anonuid=10001,anongid=10001)"
done >/etc/exports.d/lab.exports
systemctl restart nfs-mountd
exportfs -ra

chgrp docker-registry /etc/docker/registry/tls.key /etc/docker/registry/htpasswd
chmod 0640 /etc/docker/registry/tls.key /etc/docker/registry/htpasswd
systemctl daemon-reload
systemctl restart docker-registry
systemctl -q enable --now docker-registry-pull
for port in 5000 5001; do until curl -sko /dev/null "https://$ADDRESS:$port/v2/"; do sleep 0.2; done; done

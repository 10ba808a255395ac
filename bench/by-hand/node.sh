# On every node of the cluster, as root, after settings.sh.
export DEBIAN_FRONTEND=noninteractive
swapoff -a
modprobe -a overlay br_netfilter
sysctl -q -p /etc/sysctl.d/90-kubernetes.conf

# Only the two new lists: Debian's own came with the host.
apt-get -qq update -o Dir::Etc::sourcelist=sources.list.d/lab.list -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0
apt-get -qq -y install --no-install-recommends nfs-common "containerd.io=$CONTAINERD-*" \
  "kubeadm=$KUBERNETES-*" "kubelet=$KUBERNETES-*" "kubectl=$KUBERNETES-*" "kubernetes-cni=$CNI-*" >/dev/null
apt-mark hold containerd.io kubeadm kubelet kubectl kubernetes-cni >/dev/null

cp /root/containerd.toml /etc/containerd/config.toml
systemctl restart containerd
systemctl -q enable containerd kubelet

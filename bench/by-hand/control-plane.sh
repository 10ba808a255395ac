# On the control plane, as root, after the node's own part.
kubeadm init --config /root/init.yaml --ignore-preflight-errors=NumCPU >/root/init.log 2>&1 || { tail -5 /root/init.log >&2; exit 1; }

#!/bin/sh
# Builds the lab by hand on blank hosts, as one who knows how would: hosts side by side, nothing waited for too early.
#   sh build.sh FOLDER
# FOLDER holds what bench/by-hand/files.ts writes: ssh_config, settings.sh, the files to lay over hosts (node/, storage/),
# init.yaml, flannel.yaml, probe.yaml, the image's sources (probe/), certs/ and auth.json for pushing it.
set -eu
scripts=$(cd "$(dirname "$0")" && pwd)
cd "$1"
. ./settings.sh

# Read whole before it runs, so that nothing in it can read on in its stead.
on() { { echo '{'; cat; printf '\n} </dev/null\n'; } | ssh -F ssh_config "$1" sudo -n sh -eu -s; }
lay() { tar -C "$2" -c . | ssh -F ssh_config "$1" sudo -n tar -C / -x --no-same-owner --no-overwrite-dir; }
buildah() { command buildah --root "$PWD/store" --runroot "$PWD/run" --storage-driver vfs "$@"; }
say() { echo "$(($(date +%s) - began)) s  $*"; }
began=$(date +%s)

prepare() {
  lay "$1" node
  { cat settings.sh "$scripts/node.sh"; } | on "$1"
  say "$1 is prepared"
}

control_plane() {
  prepare cp
  { echo "cat >/root/init.yaml <<'EOF'"; cat init.yaml; echo EOF; cat "$scripts/control-plane.sh"; } | on cp
  say 'the control plane runs'
  { echo "kubectl --kubeconfig /etc/kubernetes/admin.conf apply -f - <<'EOF'"; cat flannel.yaml; echo EOF; } | on cp
}

storage() {
  lay nfs storage
  { cat settings.sh "$scripts/storage.sh"; } | on nfs
  say 'storage and registry run'
}

build_image() {
  (cd probe && CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags='-s -w' -o probe .)
  buildah bud --isolation chroot --quiet --tag "$IMAGE" probe
}

control_plane & cp=$!
others=
for worker in $WORKERS; do prepare "$worker" & others="$others $!"; done
build_image & image=$!
storage & storage=$!

wait "$image"
wait "$storage"
buildah push --quiet --cert-dir certs --authfile auth.json "$IMAGE" "docker://$PUSH_TO"
say 'the image is pushed'

wait "$cp"
for pid in $others; do wait "$pid"; done
join=$(echo 'kubeadm token create --ttl 15m --print-join-command 2>/dev/null' | on cp)
joins=
for worker in $WORKERS; do { echo "$join >/root/join.log 2>&1" | on "$worker"; say "$worker has joined"; } & joins="$joins $!"; done
for pid in $joins; do wait "$pid"; done

{ echo "export KUBECONFIG=/etc/kubernetes/admin.conf"
  echo "kubectl apply -f - <<'EOF'"; cat probe.yaml; echo EOF
  echo 'kubectl wait --for=condition=Ready node --all --timeout=600s'
  echo 'kubectl -n kube-flannel rollout status daemonset flannel --timeout=600s'
  echo 'kubectl -n probe rollout status deployment probe --timeout=600s'
  echo '[ "$(kubectl get node -o name | wc -l)" = '"$NODES"' ]'
} | on cp
say 'the lab is built'

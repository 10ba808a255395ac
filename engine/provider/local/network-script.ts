import { raw, sh } from '../../shell/sh.ts'
import { addressIn, operatorNumber, switchNumber } from '../lab/subnet.ts'
import type { LabNames } from './names.ts'

/**
 * Makes the lab's network; run again, it completes what is missing.
 *
 * The lab's namespace holds a switch (a bridge) and one cable (a veth pair) a host. One more cable leads to the operator,
 * whose end is the gateway: so the lab is one network away from this machine, and nothing in it is visible elsewhere.
 */
export function makeNetwork(names: LabNames, subnet: string): string {
  const { namespace, uplink, tag } = names
  return sh`
[ -e ${`/run/netns/${namespace}`} ] || ip netns add ${namespace}
ip netns exec ${namespace} sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
ip -n ${namespace} link set lo up
ip -n ${namespace} link show switch >/dev/null 2>&1 || ip -n ${namespace} link add switch type bridge forward_delay 0
ip -n ${namespace} addr replace ${withPrefix(subnet, switchNumber)} dev switch
ip -n ${namespace} link set switch up
ip link show ${uplink} >/dev/null 2>&1 || ip link add ${uplink} type veth peer name uplink netns ${namespace}
ip link set ${uplink} alias ${tag}
sysctl -qw ${`net.ipv6.conf.${uplink}.disable_ipv6=1`}
ip addr replace ${withPrefix(subnet, operatorNumber)} dev ${uplink}
ip link set ${uplink} up
ip -n ${namespace} link set uplink master switch up
ip -n ${namespace} route replace default via ${addressIn(subnet, operatorNumber)}
${offloadsOff([uplink])}
${offloadsOff(['uplink', 'switch'], namespace)}
nft -f - <<'rules'
${raw(firewall(names, subnet))}
rules
${letThrough(names)}
`
}

/** Undoes it, in an order in which a second run finds what the first one left. */
export function removeNetwork(names: LabNames): string {
  const { namespace, uplink, firewallTable, tag } = names
  return sh`
${forget(names)}
if command -v nft >/dev/null; then
  nft delete table ip ${firewallTable} 2>/dev/null || ! nft list table ip ${firewallTable} >/dev/null 2>&1
fi
if ip link show ${uplink} 2>/dev/null | grep -qx ${`    alias ${tag}`}; then ip link delete ${uplink}; fi
if [ -e ${`/run/netns/${namespace}`} ]; then ip netns delete ${namespace}; fi
`
}

/**
 * A host reads whole frames from its cable and knows nothing of checksums left to the hardware, or of segments larger
 * than the cable carries.
 */
export function offloadsOff(links: readonly string[], namespace?: string) {
  const inside = namespace ? sh`ip netns exec ${namespace} ` : ''
  return raw(
    links.map(link => `${inside}${sh`ethtool -K ${link} tx off rx off tso off gso off gro off >/dev/null`}`).join('\n'),
  )
}

/** One table of our own, replaced in one transaction. Names in it have passed the inventory's gate. */
function firewall({ uplink, firewallTable }: LabNames, subnet: string): string {
  return `table ip ${firewallTable} {}
delete table ip ${firewallTable}
table ip ${firewallTable} {
  chain leave {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${subnet} oifname != "${uplink}" masquerade
  }
  chain fit {
    type filter hook forward priority mangle; policy accept;
    iifname "${uplink}" tcp flags syn tcp option maxseg size set rt mtu
    oifname "${uplink}" tcp flags syn tcp option maxseg size set rt mtu
  }
}`
}

/** Others hold iptables' lock for moments only. Status 4 tells that somebody still holds it: nothing is known then. */
const iptables = raw('iptables -w 10')

/** Where somebody's iptables drops what it does not know (container engines do), a table of our own cannot allow it. */
function letThrough({ uplink, tag }: LabNames) {
  return raw(sh`
if command -v iptables >/dev/null; then
  rules=$(${iptables} -S FORWARD) || [ $? -ne 4 ]
  if printf '%s\n' "$rules" | grep -qxe '-P FORWARD DROP'; then
    for direction in -i -o; do
      ${iptables} -C FORWARD $direction ${uplink} -m comment --comment ${tag} -j ACCEPT 2>/dev/null ||
        ${iptables} -I FORWARD $direction ${uplink} -m comment --comment ${tag} -j ACCEPT
    done
  fi
fi`)
}

/** As often as there is a rule. Whatever else keeps iptables from it than the lock means that there is none. */
function forget({ uplink, tag }: LabNames) {
  return raw(sh`
if command -v iptables >/dev/null; then
  for direction in -i -o; do
    status=0
    while [ $status -eq 0 ]; do
      said=$(${iptables} -D FORWARD $direction ${uplink} -m comment --comment ${tag} -j ACCEPT 2>&1) || status=$?
    done
    if [ $status -eq 4 ]; then printf '%s\n' "$said" >&2; exit 4; fi
  done
fi`)
}

const withPrefix = (subnet: string, number: number): string => `${addressIn(subnet, number)}/${subnet.split('/')[1]}`

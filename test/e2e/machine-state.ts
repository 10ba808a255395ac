import { readdir, readlink, stat } from 'node:fs/promises'
import { runHere } from '../../engine/provider/local/command.ts'
import { labNames } from '../../engine/provider/local/names.ts'

/**
 * What a lab may have changed on this machine, in a form that two moments can be compared by. What bears the name of a
 * lab is left out, for others may come and go meanwhile; `leftOfLab` looks for that.
 */
export async function machineState(): Promise<Readonly<Record<string, string>>> {
  const read = (script: string) => runHere('looking at this machine', script)
  return {
    links: await read("ip -o link | cut -d: -f2 | cut -d@ -f1 | grep -v '^ am-' | sort"),
    routes: await read("ip route show table all | grep -v 'dev am-' | sort"),
    rules: (await read('nft list ruleset')).replace(/^table ip andamio_\w+ \{\n[\s\S]*?^\}\n/gm, ''),
    namespaces: await read("ip netns list | cut -d' ' -f1 | grep -v ^andamio- | sort"),
    // While there is any lab, what the last of them will put back.
    forwarding: (await read('cat /run/andamio/forwarding/.before || cat /proc/sys/net/ipv4/ip_forward')).trim(),
  }
}

/** Processes, links, tables and namespaces that carry a lab's name; none after `down`. */
export async function leftOfLab(lab: string): Promise<string[]> {
  const { namespace, uplink, firewallTable } = labNames(lab)
  const exists = (path: string) =>
    stat(path).then(
      () => true,
      () => false,
    )
  const rules = await runHere('reading the firewall', 'if command -v nft >/dev/null; then nft list tables; fi')
  return [
    ...((await exists(`/run/netns/${namespace}`)) ? [`namespace ${namespace}`] : []),
    ...((await exists(`/sys/class/net/${uplink}`)) ? [`link ${uplink}`] : []),
    ...(rules.includes(` ${firewallTable}\n`) ? [`table ${firewallTable}`] : []),
    ...(await processesOf(lab)),
  ]
}

/** A host's process and its helpers work in the folder of the host. */
async function processesOf(lab: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const found = pids.map(async pid => {
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '')
    return folder.includes(`/${lab}/hosts/`) ? [`process ${pid}`] : []
  })
  return (await Promise.all(found)).flat()
}

/** Asked where this machine's own servers answer only to itself; Quad9 and Cloudflare. */
const publicServers = ['9.9.9.9', '1.1.1.1']

/**
 * A resolv.conf for the hosts out of this machine's. A server on a loopback address answers this machine alone, so the
 * next file is asked for what stands behind it: systemd-resolved keeps one.
 */
export function resolverFor(files: readonly string[]): string {
  const servers = files.map(reachableServers).find(found => found.length > 0) ?? publicServers
  const search = files.map(text => text.match(/^\s*search\s+(.+)$/m)?.[1]?.trim()).find(Boolean)
  return [...(search ? [`search ${search}`] : []), ...servers.map(server => `nameserver ${server}`), ''].join('\n')
}

const reachableServers = (text: string): string[] =>
  [...text.matchAll(/^\s*nameserver\s+(\d+\.\d+\.\d+\.\d+)\s*$/gm)]
    .map(match => match[1] ?? '')
    .filter(server => !server.startsWith('127.'))
    .slice(0, 3)

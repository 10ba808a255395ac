/** Wider than this, a network is the world in all but name. */
const widestPrefix = 8

/** The network that an address lies in: `10.20.0.7/24` is in `10.20.0.0/24`. IPv4. */
export function networkOf(network: string): string {
  const [address = '', prefix = ''] = network.split('/')
  const bits = address.split('.').reduce((all, byte) => all * 256 + Number(byte), 0)
  const first = bits - (bits % 2 ** (32 - Number(prefix)))
  return `${[24, 16, 8, 0].map(shift => Math.floor(first / 2 ** shift) % 256).join('.')}/${prefix}`
}

const privateNetworks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10']

/** Whether nobody comes from there by way of the internet. `network` is IPv4 in the form 10.20.0.0/24. */
export const isPrivate = (network: string): boolean => {
  const [address = '', prefix = ''] = network.split('/')
  return privateNetworks.some(one => {
    const [, length = ''] = one.split('/')
    return Number(prefix) >= Number(length) && networkOf(`${address}/${length}`) === one
  })
}

/** Why a network may not be let in; undefined where it may. `network` is IPv4 in the form 10.20.0.0/24. */
export function problemOfNetwork(
  network: string,
  openToTheWorld: boolean,
): { readonly message: string; readonly hint: string } | undefined {
  const [address = '', length = ''] = network.split('/')
  const prefix = Number(length)
  const meant = networkOf(network)
  if (meant !== network)
    return {
      message: `${network} is an address, not a network`,
      hint: `write ${address}/32 for that one, or ${meant} for all beside it`,
    }
  if (prefix >= widestPrefix || openToTheWorld) return undefined
  return {
    message: `${network} lets in ${prefix === 0 ? 'the whole world' : 'a large part of the world'}`,
    hint: 'name your own network, such as 203.0.113.7/32; or add `openToTheWorld: true` if that is what you want',
  }
}

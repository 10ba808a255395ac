/** Wider than this, a network is the world in all but name. */
const widestPrefix = 8

/** Why a network may not be let in; undefined where it may. `network` is IPv4 in the form 10.20.0.0/24. */
export function problemOfNetwork(
  network: string,
  openToTheWorld: boolean,
): { readonly message: string; readonly hint: string } | undefined {
  const [address = '', length = ''] = network.split('/')
  const prefix = Number(length)
  const bytes = address.split('.').map(Number)
  const bits = bytes.reduce((all, byte) => all * 256 + byte, 0)
  const size = 2 ** (32 - prefix)
  const first = bits - (bits % size)
  if (first !== bits) {
    const meant = [24, 16, 8, 0].map(shift => Math.floor(first / 2 ** shift) % 256).join('.')
    return {
      message: `${network} is an address, not a network`,
      hint: `write ${address}/32 for that one, or ${meant}/${prefix} for all beside it`,
    }
  }
  if (prefix >= widestPrefix || openToTheWorld) return undefined
  return {
    message: `${network} lets in ${prefix === 0 ? 'the whole world' : 'a large part of the world'}`,
    hint: 'name your own network, such as 203.0.113.7/32; or add `openToTheWorld: true` if that is what you want',
  }
}

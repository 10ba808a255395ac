import { onOperator } from '../../resource/operator.ts'
import { absent, present, type Resource } from '../../resource/resource.ts'
import { type Ec2Lab, ours } from './lab.ts'
import { mustShow } from './must-show.ts'
import { everywhere } from './own-network.ts'
import { isService } from './service-error.ts'

type RouteState = { readonly gateway: string | null }

/** The way out of the lab's own network. It goes with the network. */
export function internetRoute(lab: Ec2Lab): Resource<RouteState, undefined> {
  const { network } = lab.account
  return {
    kind: 'ec2-route',
    id: everywhere,
    probe: onOperator(async () => {
      const [routes] = await network.routes.now()
      return routes ? present({ gateway: routes.gateway ?? null }) : absent
    }),
    diff: is =>
      is.is === 'present' && is.state.gateway !== null
        ? []
        : [{ attribute: 'gateway', before: null, after: { late: "the lab's internet gateway" } }],
    async apply() {
      const { account } = lab
      const [gateway] = ours(lab, await network.gateways.now())
      const [routes] = await network.routes.now()
      if (!gateway || !routes) throw new Error('there is no gateway to the internet, or no table of routes')
      const wish = { RouteTableId: routes.table, DestinationCidrBlock: everywhere, GatewayId: gateway.id }
      try {
        await account.call('createRoute', api => api.createRoute(wish))
      } catch (error) {
        // To a gateway that has gone.
        if (!isService(error, 'RouteAlreadyExists')) throw error
        await account.call('replaceRoute', api => api.replaceRoute(wish))
      }
      await mustShow(lab, network.routes, ([seen]) => seen?.gateway === gateway.id, 'way to the internet')
    },
  }
}

import { onOperator } from '../../resource/operator.ts'
import { present, type Resource } from '../../resource/resource.ts'
import { alive } from './alive.ts'
import type { HostWish } from './host-wish.ts'
import type { Ec2Lab } from './lab.ts'
import { launch } from './launch.ts'
import { lookAt } from './look-at.ts'

/**
 * An instance of a host. It is there, and costs, as soon as AWS has said that it runs one: a run that ends while it is
 * still waited for has made it. That it runs and answers is another resource.
 */
export function instance(lab: Ec2Lab, wish: HostWish): Resource<string, undefined> {
  return {
    kind: 'ec2-instance',
    id: wish.name,
    probe: onOperator(() => lookAt(lab, wish.name, ({ id }) => present(id))),
    diff(is) {
      if (is.is === 'present') return []
      const place = lab.network.subnet
      const after = wish.expiry && { late: `in ${wish.expiry.hours} hours` }
      return [
        { attribute: 'instance', before: null, after: wish.type },
        { attribute: 'disk', before: null, after: `${wish.disk} GiB` },
        ...(wish.zones.length === 0 ? [] : [{ attribute: 'zone', before: null, after: wish.zones.join(' or ') }]),
        ...(place === undefined ? [] : [{ attribute: 'subnet', before: null, after: place }]),
        ...(after ? [{ attribute: 'expires', before: null, after }] : []),
      ]
    },
    async apply() {
      const [there] = alive(lab, await lab.account.instances.now(), wish.name)
      if (there) return
      const made = await launch(lab, wish)
      lab.fresh.add(wish.name)
      // Its answer may lack the tags that it was asked for with.
      lab.account.launched({ ...made, host: wish.name, lab: lab.journal.id })
    },
  }
}

import { AndamioError } from '../../engine/errors.ts'
import type { Failure } from '../../engine/report/events.ts'

/** The host runs a cluster that is not this lab's. */
export const foreignControlPlane = (host: string, cluster: string | null): Failure => ({
  code: 'foreign-cluster',
  message: `${host} belongs to another cluster${cluster ? `, "${cluster}"` : ''}`,
  place: host,
  cause: 'Its Kubernetes configuration was not made for this lab. Nothing on it was touched.',
  next: `Choose another host; or, to end that cluster's life on ${host} after a snapshot of its etcd, run again with --take-over ${host}.`,
})

/** The control plane does not come up, and resetting it could lose what etcd holds. */
export const controlPlaneDown = (host: string, failure: AndamioError, snapshot: string | undefined): AndamioError =>
  new AndamioError(
    {
      ...failure.failure,
      code: 'control-plane-down',
      message: `The control plane on ${host} does not come up, and etcd there holds data that a reset would lose`,
      place: host,
      cause: [failure.failure.message, failure.failure.cause].filter(Boolean).join(': '),
      next: [
        snapshot ? `etcd's data was copied to ${snapshot} on ${host}.` : '',
        `Look at journalctl -u kubelet and /var/log/pods there, mend it and run again;`,
        `or start afresh and lose the cluster's objects with --take-over ${host}.`,
      ]
        .filter(Boolean)
        .join(' '),
    },
    failure.exit,
    { cause: failure },
  )

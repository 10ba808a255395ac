import { ApiRefusal } from './errors.ts'
import type { AnyObject } from './objects.ts'

/** The API refuses a Service for a port of its nodes that is taken. */
export const isPortTaken = (error: unknown): error is ApiRefusal =>
  error instanceof ApiRefusal &&
  error.status === 422 &&
  /provided port is already allocated/.test(error.failure.cause ?? '')

/** Whether one of these Services, other than itself, has a port of the nodes that this one asks for. */
export function isHeldByAnother(wanted: AnyObject, services: readonly AnyObject[]): boolean {
  const ports = new Set(nodePortsOf(wanted))
  const others = services.filter(
    ({ metadata: { namespace, name } }) => namespace !== wanted.metadata.namespace || name !== wanted.metadata.name,
  )
  return others.some(other => nodePortsOf(other).some(port => ports.has(port)))
}

function nodePortsOf({ spec }: AnyObject): readonly number[] {
  const { ports = [] } = (spec ?? {}) as { readonly ports?: readonly { readonly nodePort?: number }[] }
  return ports.flatMap(({ nodePort }) => nodePort ?? [])
}

import type { Failure } from '../../engine/report/events.ts'

export const foreignNode = (host: string): Failure => ({
  code: 'foreign-cluster',
  message: `${host} is a node of another cluster`,
  place: host,
  cause: "The certificate authority that it trusts is not this cluster's. Nothing on it was touched.",
  next: `Choose another host; or, to take it out of that cluster by force, run again with --take-over ${host}.`,
})

export const duplicateNode = (host: string, machineId: string): Failure => ({
  code: 'duplicate-node',
  message: `Another machine is a node of this cluster by the name ${host}, and it is alive`,
  place: host,
  cause: `The node ${host} is Ready and has the machine-id ${machineId}, which is not this host's.`,
  next: `Give one of the two another name. If that machine has only just been destroyed, run again in a minute, when the cluster has noticed.`,
})

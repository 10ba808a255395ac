import { type Answer, absent, unknown } from '../../resource/resource.ts'
import { alive } from './alive.ts'
import { type Ec2Lab, foreign } from './lab.ts'
import { isAlive, type SeenInstance } from './seen.ts'

/** What is found of a host's one instance; unknown where there are two, or others of this name. */
export async function lookAt<S>(
  lab: Ec2Lab,
  host: string,
  find: (instance: SeenInstance) => Answer<S>,
): Promise<Answer<S>> {
  const instances = await lab.account.instances.now()
  const why = foreign(lab, instances.filter(isAlive))
  if (why !== undefined) return unknown(why)
  const [found, second] = alive(lab, instances, host)
  if (!found) return absent
  if (second) return unknown(`two instances are ${host}: ${found.id} and ${second.id}; end the one that is not wanted`)
  return find(found)
}

import { badInput } from './e2e/ec2/bad-input.ts'
import { bastion } from './e2e/ec2/bastion.ts'
import { endedEarly } from './e2e/ec2/ended-early.ts'
import { ownNetwork } from './e2e/ec2/own-network.ts'
import { partialStates } from './e2e/ec2/partial-states.ts'
import { posture } from './e2e/ec2/posture.ts'
import { Rig } from './e2e/ec2/rig.ts'
import { seededRuns } from './e2e/ec2/seeded-runs.ts'
import { simpleLife } from './e2e/ec2/simple-life.ts'
import { strangers } from './e2e/ec2/strangers.ts'
import { timeToLive } from './e2e/ec2/time-to-live.ts'
import { proof, prove } from './e2e/proof.ts'

const [seeds = '500', from = '1'] = process.argv.slice(2)
const rig = await Rig.start()

await proof(
  'labs on EC2, against moto behind a proxy that adds the faults of AWS',
  async () => {
    await prove('a lab is planned, made, left as it is, and removed', () => simpleLife(rig))
    await prove('a run that ends early tells what it leaves', () => endedEarly(rig))
    await prove('hosts end by themselves', () => timeToLive(rig))
    await prove('a network of the lab alone', () => ownNetwork(rig, Math.ceil(Number(seeds) / 5), 20))
    await prove('hosts behind a jump host', () => bastion(rig))
    await prove('bad input', () => badInput(rig))
    await prove("what only carries the lab's name", () => strangers(rig))
    await prove(`${seeds} seeded runs with faults`, () => seededRuns(rig, Number(from), Number(seeds)))
    await prove('down from random partial states', () => partialStates(rig, 50))
    await prove('every host is safe, whatever the inventory', () => posture(rig, 100))
  },
  () => rig.stop(),
)

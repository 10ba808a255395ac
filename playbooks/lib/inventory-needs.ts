import type { LabHosts } from '../../engine/inventory/lab.ts'
import type { RefuseHost } from '../../engine/inventory/parse.ts'
import type { Step } from '../../engine/play/step.ts'
import { ec2Needs } from '../../engine/provider/ec2/needs.ts'
import { refuseUnplaced } from '../../engine/provider/static/addresses.ts'
import { refuseMissingKeys } from '../../engine/provider/static/key-files.ts'
import { refuseOddMachines } from '../../engine/provider/vagrant/needs.ts'
import { labNeeds } from './lab-needs.ts'
import { portNeeds } from './lab-ports.ts'
import { networkNeeds } from './network-needs.ts'

/** All that is asked of an inventory beyond its form, by those who know what its fields are for. */
export const inventoryNeeds =
  (steps: readonly Step[]) =>
  (lab: LabHosts, refuse: RefuseHost): void => {
    refuseMissingKeys(lab, refuse)
    ec2Needs(lab, refuse)
    portNeeds(lab, refuse)
    networkNeeds(lab, refuse)
    refuseOddMachines(lab, refuse)
    refuseUnplaced(lab, refuse)
    labNeeds(steps)(lab, refuse)
  }

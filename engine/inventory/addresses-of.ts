/** A role's variable whose default is made from the lab: the addresses of a group. An inventory may give a list instead. */
export class AddressesOf {
  readonly group: string
  constructor(group: string) {
    this.group = group
  }
}

/** Default of a variable that takes the addresses of all hosts in a group; known once they exist. */
export const addressesOf = (group: string): AddressesOf => new AddressesOf(group)

import type { Ec2Lab } from './lab.ts'

/** `account 123456789012 at AWS, eu-west-1`: where a run makes and removes things. Asked once a run. */
export async function placeOf({ account, once }: Pick<Ec2Lab, 'account' | 'once'>): Promise<string> {
  const owner = await once('owner', async () => {
    // Each network has one of this name, and it is never another account's.
    const Filters = [{ Name: 'group-name', Values: ['default'] }]
    const wish = { Filters, MaxResults: 5 }
    const { SecurityGroups = [] } = await account.call('describeSecurityGroups', api =>
      api.describeSecurityGroups(wish),
    )
    return SecurityGroups[0]?.OwnerId
  })
  return `${owner === undefined ? 'the account of these credentials' : `account ${owner}`} at AWS, ${account.region}`
}

import type { Image } from '@aws-sdk/client-ec2'
import { AndamioError } from '../../errors.ts'
import { onOperator } from '../../resource/operator.ts'
import { absent, present, type Resource } from '../../resource/resource.ts'
import { type Ec2Lab, ours } from './lab.ts'
import { mustShow } from './must-show.ts'
import { everyHost, imageTag, tagList } from './tags.ts'

/** Canonical's own account, and how it names Ubuntu 24.04 for x86-64. */
const canonical = '099720109477'
const newest = 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*'

/**
 * The image of the lab's hosts, found once and then kept in a tag: a newer one must not make every host a host to
 * replace.
 */
export function pinnedImage(lab: Ec2Lab): Resource<string, undefined> {
  const wished = lab.image
  return {
    kind: 'ec2-image',
    id: lab.name,
    probe: onOperator(async () => {
      const image = pinned(lab, await lab.account.groups.now())
      return image === undefined ? absent : present(image)
    }),
    diff(is) {
      const before = is.is === 'present' ? is.state : null
      if (before !== null && (wished === undefined || before === wished)) return []
      return [{ attribute: 'image', before, after: wished ?? { late: 'the newest Ubuntu 24.04' } }]
    },
    async apply() {
      const { account } = lab
      const { ImageId = '' } = wished === undefined ? await newestImage(lab) : await imageOf(lab, wished)
      const anchor = ours(lab, await account.groups.now()).find(({ group }) => group === everyHost)
      if (!anchor) throw new Error('there is no security group of all hosts to keep the image in')
      const tags = { Resources: [anchor.id], Tags: tagList({ [imageTag]: ImageId }) }
      await account.call('createTags', api => api.createTags(tags))
      await mustShow(lab, account.groups, groups => pinned(lab, groups) === ImageId, 'tag of the image')
    },
  }
}

export const pinned = (lab: Ec2Lab, groups: Awaited<ReturnType<Ec2Lab['account']['groups']['now']>>) =>
  ours(lab, groups).find(({ group }) => group === everyHost)?.image

/** What new hosts are made from, before it is pinned as after. Asked once a run. */
export async function imageToTake(lab: Ec2Lab): Promise<string> {
  const known = pinned(lab, await lab.account.groups.now()) ?? lab.image
  const { ImageId = '' } = known === undefined ? await newestImage(lab) : await imageOf(lab, known)
  return ImageId
}

const newestImage = (lab: Ec2Lab): Promise<Image> => lab.once('newest image', () => findNewest(lab))
export const imageOf = (lab: Ec2Lab, id: string): Promise<Image> => lab.once(id, () => describeImage(lab, id))

async function findNewest({ account }: Ec2Lab): Promise<Image> {
  const wish = {
    Owners: [canonical],
    Filters: [
      { Name: 'name', Values: [newest] },
      { Name: 'architecture', Values: ['x86_64'] },
      { Name: 'state', Values: ['available'] },
    ],
  }
  const { Images = [] } = await account.call('describeImages', api => api.describeImages(wish))
  const [latest] = [...Images].sort((one, other) => (other.CreationDate ?? '').localeCompare(one.CreationDate ?? ''))
  if (latest) return latest
  throw noImage(account.region, `none is called ${newest}`, `${newestIsNotThere} (\`image\` under \`ec2\`).`)
}

async function describeImage({ account }: Ec2Lab, image: string): Promise<Image> {
  const { Images = [] } = await account.call('describeImages', api => api.describeImages({ ImageIds: [image] }))
  const [found] = Images
  if (!found) throw noImage(account.region, `there is no image ${image}`)
  if ((found.Architecture ?? 'x86_64') === 'x86_64') return found
  throw noImage(account.region, `${image} is for ${found.Architecture}, and the lab's hosts are x86-64`)
}

const correctIt = 'Images have an id for each region: correct `image` under `ec2` in the inventory, or leave it out.'
const newestIsNotThere =
  "Canonical's account shows none here, as in the regions of China and of the US government: name an image of yours"

const noImage = (region: string, cause: string, next = correctIt): AndamioError =>
  new AndamioError({
    code: 'ec2-image-unknown',
    message: 'There is no such image in this region',
    place: `EC2 in ${region}`,
    cause,
    next,
  })

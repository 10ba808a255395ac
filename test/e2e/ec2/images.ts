/** moto dates every image by its own start: the proxy in front of it tells these dates. */
export const dates: Record<string, string> = {}

const image = (ami_id: string, name: string, date: string, more: object = {}) => {
  dates[ami_id] = date
  return { ...plain(ami_id, name), ...more }
}

const plain = (ami_id: string, name: string) => ({
  ami_id,
  name,
  description: name,
  owner_id: '099720109477',
  public: true,
  virtualization_type: 'hvm',
  architecture: 'x86_64',
  state: 'available',
  platform: '',
  image_type: 'machine',
  hypervisor: 'xen',
  root_device_name: '/dev/sda1',
  root_device_type: 'ebs',
  sriov: 'simple',
})

const noble = 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server'
export const newest = 'ami-00000000000000003'
export const older = 'ami-00000000000000002'
export const ofArm = 'ami-00000000000000006'

/** What Canonical offers, and others under a name like its own. */
export const images = [
  image('ami-00000000000000001', `${noble}-20260101`, '2026-01-01T00:00:00.000Z'),
  image(newest, `${noble}-20261101`, '2026-11-01T00:00:00.000Z'),
  image(older, `${noble}-20260601`, '2026-06-01T00:00:00.000Z'),
  image('ami-00000000000000004', `${noble}-20261115`, '2026-11-15T00:00:00.000Z', { owner_id: '666666666666' }),
  image(
    'ami-00000000000000005',
    'ubuntu/images/hvm-ssd-gp3/ubuntu-jammy-22.04-amd64-server-20261110',
    '2026-11-10T00:00:00.000Z',
  ),
  image(ofArm, `${noble.replace('amd64', 'arm64')}-20261112`, '2026-11-12T00:00:00.000Z', { architecture: 'arm64' }),
]

import type * as z from 'zod'
import {
  addresses,
  box,
  cidr,
  cpus,
  file,
  ipv4s,
  jump,
  listOf,
  memory,
  oneOf,
  port,
  usd,
  user,
  whole,
  word,
  yesOrNo,
} from './fields.ts'
import type { LabHosts } from './lab.ts'

/** How to log in, for all hosts of a lab or one of them. */
const login = {
  port: port.optional(),
  user: user.optional(),
  key: file.optional(),
  /** Use the agent at $SSH_AUTH_SOCK. */
  agent: yesOrNo.optional(),
  jump: jump.optional(),
}

/**
 * What each provider reads of an inventory: its own settings, once, under its name, and fields of every host. Anything
 * else is refused, so that a slip never becomes a default. Values reach the provider as they were written.
 */
export const providerFields = {
  local: {
    settings: { subnet: cidr.optional() },
    host: {
      memory,
      cpus,
      disk: memory.optional(),
      address: ipv4s.optional(),
      /** `cloud` has cloud-init, which reads `userData` at the first boot. */
      image: oneOf(['base', 'cloud']).optional(),
      userData: file.optional(),
    },
  },
  static: {
    settings: {
      ...login,
      /** Another file than ~/.ssh/config and the system's; `none` for none at all. */
      sshConfig: file.optional(),
    },
    host: {
      /** Left out where ~/.ssh/config knows the host's name. */
      address: addresses.optional(),
      ...login,
      /** Address among the hosts, where it is another. */
      internal: ipv4s.optional(),
    },
  },
  ec2: {
    settings: {
      region: word,
      image: word.optional(),
      /** Of a network that is made for the lab alone. */
      network: cidr.optional(),
      vpc: word.optional(),
      subnet: word.optional(),
      /** Zones to make hosts in, in the order in which they are tried; none: AWS chooses. */
      zones: listOf('zones such as eu-west-1a', word).optional(),
      /** Network that may reach the hosts' sshd and the API; none: this machine alone. */
      operators: cidr.optional(),
      /** Network that may use what runs on the lab; none: the operators. */
      clients: cidr.optional(),
      /** Without it 0.0.0.0/0 is refused. */
      openToTheWorld: yesOrNo.optional(),
      user: user.optional(),
      /** Where a host's first key comes from: made here and delivered in user data, or read from its console. */
      hostKeys: oneOf(['delivered', 'console']).optional(),
      /** Hosts to go through, which are there already: then the lab's have no address of the internet. */
      jump: jump.optional(),
      hours: whole('hours after which the hosts end themselves', 1, 720).optional(),
      /** Refused above it. */
      mostPerHour: usd.optional(),
    },
    host: {
      type: word,
      /** Types to take where AWS has no room for the first. */
      otherTypes: listOf('types such as t3a.medium', word).optional(),
      disk: memory.optional(),
    },
  },
  vagrant: {
    settings: {
      /** That of a Vagrantfile of the operator's own; without it we write one. */
      folder: file.optional(),
      hypervisor: word.optional(),
      box: box.optional(),
      /** Of the hosts' second cards. */
      network: cidr.optional(),
    },
    host: {
      /** Its name in a Vagrantfile of the operator's own; that of the host where it is left out. */
      machine: word.optional(),
      memory: memory.optional(),
      cpus: cpus.optional(),
      address: ipv4s.optional(),
    },
  },
  multipass: {
    settings: {
      release: word.optional(),
      /** Of an instance's addresses the one in it is the host's; without it the first. */
      network: cidr.optional(),
    },
    host: { memory, cpus, disk: memory.optional() },
  },
} as const satisfies Record<LabHosts['provider'], { settings: z.ZodRawShape; host: z.ZodRawShape }>

export type ProviderName = keyof typeof providerFields
export const providerNames = Object.keys(providerFields) as ProviderName[]

type Values<Shape extends z.ZodRawShape> = z.infer<z.ZodObject<Shape, z.core.$strict>>
/** What `LabHosts.settings` holds under this provider. */
export type SettingsOf<P extends ProviderName> = Values<(typeof providerFields)[P]['settings']>
/** What `InventoryHost.size` holds under this provider. */
export type SizeOf<P extends ProviderName> = Values<(typeof providerFields)[P]['host']>

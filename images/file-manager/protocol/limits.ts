/** What both ends hold each other to. Sizes in bytes, times in milliseconds. The reasons stand in docs/protocol.md. */

const KiB = 1024
const MiB = 1024 * KiB

/** Of the frames. */
export const protocolVersion = 1
/** Of what may be asked, best first: 2 has packs. */
export const versions = [2, 1] as const
export const brokerPort = 32002
export const serverPort = 32001
/** What a certificate is made for and what is verified, whatever address was dialled. */
export const verifiedName = 'file-manager.andamio.internal'

export const frameLimits = {
  /** Payload of a control frame. */
  control: 64 * KiB,
  /** Payload of any frame before the greeting is done. */
  greeting: 4 * KiB,
  /** Payload of a data frame. */
  data: 256 * KiB,
} as const

export const flow = {
  /** What may be sent on a stream before the receiver has granted anything. */
  initialWindow: 64 * KiB,
  /** How far a receiver that wants speed lets the sender run ahead: on a busy machine every wait for a grant is long. */
  window: 8 * MiB,
  /** Bytes in a socket's queue past which streams wait, so that one slow reader costs this much memory and no more. */
  unsent: MiB,
  /** Bytes in a socket's queue past which its peer is not listened to either. */
  deaf: 4 * MiB,
} as const

export const times = {
  /** For one address. */
  connect: 10_000,
  handshake: 5_000,
  firstFrame: 10_000,
  idle: 60_000,
  /** A transfer that moves less than `leastRate` bytes a second over this time is ended. */
  rateWindow: 30_000,
  leastRate: KiB,
  /** A dialler that has heard nothing for so long asks whether the other is there. */
  ping: 15_000,
  /** Nothing heard for so long: the other is not there. */
  silence: 45_000,
  heartbeat: 5_000,
  /** A server that the broker has not heard for so long is dropped. */
  serverSilence: 15_000,
} as const

/** Of one pack: many small files in one request. */
export const packLimits = {
  files: 256,
  /** What one connection may have under way, at the most and at the least: while the disk keeps some, others arrive. */
  open: 64,
  openAtLeast: 8,
  /** The same of all together, while that leaves each as much: their requests are memory. */
  openOfAll: 512,
} as const

/** Uploads up to this size travel at once, without the question how much of them is there already. */
export const smallUpload = flow.initialWindow

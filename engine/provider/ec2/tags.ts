import type { Filter, ResourceType, Tag, TagSpecification } from '@aws-sdk/client-ec2'

/** The lab's name: what makes a thing ours to look at. */
export const labTag = 'andamio:lab'
/** Which lab of that name: what makes a thing ours to change. */
export const idTag = 'andamio:id'
export const hostTag = 'andamio:host'
export const groupTag = 'andamio:group'
/** On the security group of all hosts: the image that the lab's hosts are made from. */
export const imageTag = 'andamio:image'
export const fingerprintTag = 'andamio:fingerprint'
/** When the host ends itself: ISO 8601. */
export const expiresTag = 'andamio:expires'
/** What AWS does with it then: `terminate` or `stop`. */
export const atEndTag = 'andamio:at-end'

/** Whole GiB of the disk that a host was made with. */
export const diskTag = 'andamio:disk'

/** Group that every host is in. */
export const everyHost = 'all'

export type Tags = Readonly<Record<string, string>>

export const readTags = (tags: readonly Tag[] | undefined): Tags =>
  Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]))

export const tagList = (tags: Tags): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))

/** Given with the call that makes the thing: there is no moment in which it is there without. */
export const tagged = (tags: Tags, ...kinds: readonly ResourceType[]): TagSpecification[] =>
  kinds.map(ResourceType => ({ ResourceType, Tags: tagList(tags) }))

export const ofLab = (lab: string): Filter[] => [{ Name: `tag:${labTag}`, Values: [lab] }]

/** What a contender reads: texts by their paths in the stage's folder. */
export type Files = Readonly<Record<string, string>>

/** Where a file's content lies for a tool that copies files, beside its playbook. */
export const sourceOf = (path: string): string => `files/${path.slice(1).replaceAll('/', '-')}`

/** As a literal of JavaScript or of Python. */
export const show = (value: unknown): string => JSON.stringify(value)

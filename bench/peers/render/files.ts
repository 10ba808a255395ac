/** What a contender reads: texts by their paths in the stage's folder. */
export type Files = Readonly<Record<string, string>>

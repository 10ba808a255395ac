export interface Present<S> {
  readonly is: 'present'
  readonly state: S
}
/** A positive answer that the thing is not there: ENOENT, 404, the tool that would manage it is not installed. */
export interface Absent {
  readonly is: 'absent'
}
/** No answer, or one that cannot be read. Never applied on, never taken for absent. */
export interface Unknown {
  readonly is: 'unknown'
  readonly why: string
}
export type Answer<S> = Present<S> | Absent | Unknown

export const absent: Absent = { is: 'absent' }
export const present = <S>(state: S): Present<S> => ({ is: 'present', state })
export const unknown = (why: string): Unknown => ({ is: 'unknown', why })

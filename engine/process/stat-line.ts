/** Linux tells times of processes in these, whatever its own timer's rate: USER_HZ. */
export const ticksPerSecond = 100

/**
 * Fields of a line of /proc/PID/stat, from the third on, which is the state. The program's name before it may hold
 * anything, blanks and parentheses included: fields are counted after its last `)`.
 */
export const fieldsFromState = (line: string): readonly string[] => line.slice(line.lastIndexOf(')') + 2).split(' ')

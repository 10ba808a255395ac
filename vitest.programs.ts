import { needPrograms } from './engine/connection/testing/programs.ts'

/** Before the first test, in one process: two that install at once end each other's tests. */
export const setup = needPrograms

import type { Measured, Results, Scale } from './results.ts'

/** The line under a table: when and of what its figures are, and what others on the machine did meanwhile. */
export function measuredOn({ commit, samples }: Measured, { date, machine }: Results): string {
  const all = Object.values(samples).flat()
  const told = all.flatMap(({ seconds, othersCpuSeconds }) =>
    othersCpuSeconds === undefined ? [] : [{ seconds, othersCpuSeconds }],
  )
  const sum = (figures: readonly number[]): number => figures.reduce((total, each) => total + each, 0)
  const share = sum(told.map(each => each.othersCpuSeconds)) / sum(told.map(each => each.seconds)) / machine.count
  const others =
    told.length < all.length
      ? 'What others on the machine did meanwhile was not measured.'
      : `Others on the machine used ${(100 * share).toFixed(1)} % of its processors meanwhile${share > 0.1 ? ': only ratios mean something here' : ''}.`
  return `Measured on ${date} at ${commit}. ${others}`
}

/** The same of a run that grows, which is told apart from simulated hosts by nothing: so what went on before it began. */
export function scaledOn({ commit, load }: Scale, { date, machine }: Results): string {
  const busy = load > machine.count / 2 ? ` The machine had other work (load ${load.toFixed(1)}).` : ''
  return `Measured on ${date} at ${commit}.${busy}`
}

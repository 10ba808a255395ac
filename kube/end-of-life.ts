import { type Product, versions } from './versions.ts'

const day = 24 * 60 * 60 * 1000
const nearDays = 60

/** One line for every version that is past the end of its support at `now`, or within 60 days of it. */
export function endOfLifeWarnings(
  now: Date,
  products: Readonly<Record<string, Product>> = versions,
): readonly string[] {
  return Object.entries(products).flatMap(([name, { version, supportEnds, dateFrom }]) => {
    const days = Math.ceil((Date.parse(supportEnds) + day - now.getTime()) / day)
    if (days > nearDays) return []
    const when = days <= 0 ? `ended on ${supportEnds}` : `ends on ${supportEnds}, in ${days} days`
    return [`Support for ${name} ${version} ${when} (${dateFrom}). Move on: kube/versions.ts.`]
  })
}

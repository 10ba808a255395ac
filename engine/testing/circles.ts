/** For tests: groups of files that reach each other by their imports, by Tarjan's algorithm. A file alone is none. */
export function circles(imports: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const order = new Map<string, number>()
  const open: string[] = []
  const found: string[][] = []

  /** Visits what `file` leads to; gives the earliest open file that it comes back to. */
  const visit = (file: string): number => {
    const own = order.size
    order.set(file, own)
    open.push(file)
    let earliest = own
    for (const next of imports.get(file) ?? []) {
      if (!imports.has(next)) continue
      const seen = order.get(next)
      if (seen === undefined) earliest = Math.min(earliest, visit(next))
      else if (open.includes(next)) earliest = Math.min(earliest, seen)
    }
    if (earliest === own) {
      const group = open.splice(open.lastIndexOf(file))
      if (group.length > 1 || imports.get(file)?.includes(file)) found.push(group)
    }
    return earliest
  }
  for (const file of imports.keys()) if (!order.has(file)) visit(file)
  return found
}

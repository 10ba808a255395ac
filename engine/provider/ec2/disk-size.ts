const defaultSize = 20

/** `20G`, `20480M` in whole GiB. */
export function gibibytes(disk: string | undefined): number {
  if (disk === undefined) return defaultSize
  const size = Number(disk.slice(0, -1))
  return disk.endsWith('G') ? size : Math.ceil(size / 1024)
}

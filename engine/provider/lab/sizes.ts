/** `512M`, `3G`; the inventory has checked the form. */
export function inBytes(size: string): number {
  return Number.parseInt(size, 10) * (size.endsWith('G') ? 2 ** 30 : 2 ** 20)
}

export const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`

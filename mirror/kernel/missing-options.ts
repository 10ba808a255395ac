/**
 * Lines of a wished kernel configuration that the final one does not hold. Kconfig drops what its dependencies forbid
 * without a word; a lab without nftables then fails an hour later, in kube-proxy.
 */
export function missingOptions(wished: string, final: string): readonly string[] {
  const has = new Set(final.split('\n'))
  return wished.split('\n').filter(line => {
    const off = /^# (CONFIG_\w+) is not set$/.exec(line)
    // An option whose menu is gone has no line at all: that is off too.
    if (off) return new RegExp(`^${off[1]}=`, 'm').test(final)
    return line.startsWith('CONFIG_') && !has.has(line)
  })
}

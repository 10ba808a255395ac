export interface Bar {
  readonly label: string
  readonly value: number
  readonly least: number
  readonly most: number
}

const [left, width, row] = [300, 420, 26]
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** An SVG of horizontal bars in seconds, each with its spread; readable on light and dark pages. */
export function bars(title: string, list: readonly Bar[]): string {
  const longest = Math.max(...list.map(({ most }) => most))
  const x = (seconds: number): string => (left + (seconds / longest) * width).toFixed(1)
  const rows = list.map(({ label, value, least, most }, index) => {
    const y = 36 + index * row
    const middle = y + 7
    return `<text x="${left - 8}" y="${y + 12}" text-anchor="end">${escaped(label)}</text>
<rect x="${left}" y="${y}" width="${(Number(x(value)) - left).toFixed(1)}" height="14" fill="${index === 0 ? '#2da44e' : '#6e7781'}"/>
<path d="M${x(least)} ${middle}H${x(most)}" stroke="#cf222e" stroke-width="2"/>
<text x="${Number(x(most)) + 6}" y="${y + 12}">${value.toFixed(2)} s</text>`
  })
  const height = 44 + list.length * row
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + 90} ${height}" font-family="sans-serif" font-size="13" fill="#6e7781">
<text x="8" y="20" font-size="15">${escaped(title)}</text>
${rows.join('\n')}
</svg>
`
}

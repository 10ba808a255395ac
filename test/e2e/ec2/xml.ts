/** An element: its name, and its text or its children. EC2's answers hold no attributes that matter, and no comments. */
export interface Element {
  readonly name: string
  readonly attributes: string
  text: string
  children: Element[]
}

/** Reads what moto writes; throws on anything else. */
export function readXml(source: string): Element {
  const root: Element = { name: '', attributes: '', text: '', children: [] }
  const open = [root]
  const tokens = source.replace(/^<\?xml[^>]*\?>\s*/, '').matchAll(/<(\/?)([\w:.-]+)((?:\s[^>]*?)?)(\/?)>|([^<]+)/g)
  for (const [, closing, name = '', attributes = '', empty, text] of tokens) {
    const top = open.at(-1) as Element
    if (text !== undefined) top.text += text
    else if (closing) {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes nothing`)
    } else {
      const element: Element = { name, attributes, text: '', children: [] }
      top.children.push(element)
      if (!empty) open.push(element)
    }
  }
  const [document] = root.children
  if (!document || open.length !== 1) throw new Error('not a whole document')
  return document
}

export const writeXml = (root: Element): string => `<?xml version="1.0" encoding="utf-8"?>\n${written(root)}`

const written = ({ name, attributes, text, children }: Element): string =>
  `<${name}${attributes}>${children.length > 0 ? children.map(written).join('') : text}</${name}>`

export const child = (element: Element, ...path: readonly string[]): Element | undefined =>
  path.reduce<Element | undefined>((at, name) => at?.children.find(one => one.name === name), element)

export const textOf = (element: Element, ...path: readonly string[]): string => child(element, ...path)?.text ?? ''

export const items = (element: Element, ...path: readonly string[]): readonly Element[] =>
  child(element, ...path)?.children.filter(({ name }) => name === 'item') ?? []

/** Leaves of a list only those items that are wanted. */
export function keep(list: Element | undefined, wanted: (item: Element) => boolean): void {
  if (list) list.children = list.children.filter(item => item.name !== 'item' || wanted(item))
}

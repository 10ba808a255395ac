import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Eta } from 'eta'
import { AndamioError } from '../errors.ts'
import { Late } from '../resource/late.ts'
import { Secret } from '../shell/secret.ts'
import type { Content } from './content.ts'

/** What a template may be given: plain data with late values and secrets anywhere in it. */
export type TemplateData = { readonly [name: string]: unknown }

const eta = new Eta({
  // Configuration files, not HTML. A variable that is missing is named by the engine itself, for it is no property.
  autoEscape: false,
  useWith: true,
  autoFilter: true,
  // Only `-%>` and `<%-` eat a newline: a line that ends with an output tag stays a line.
  autoTrim: false,
  filterFunction: value => {
    if (value === undefined || value === null) throw new TypeError('a value in it is undefined')
    if (typeof value === 'object') throw new TypeError('an object or a list in it is printed as it is: name its parts')
    return String(value)
  },
})

/**
 * The file at `path` rendered whole, e.g. `template(new URL('./config.toml', import.meta.url), { pauseImage })`.
 * Late where `data` holds a late value, and a secret where it holds one. Throws `template-invalid`.
 */
export function template(path: URL | string, data: TemplateData): Content {
  const name = path instanceof URL ? fileURLToPath(path) : path
  return render(readFileSync(name, 'utf8'), data, name)
}

/** As `template`, of text at hand. `name` is for errors. */
export function render(text: string, data: TemplateData, name = 'template'): Content {
  const lates = latesIn(data)
  const make = (): string | Secret => {
    const { plain, secret } = disclose(data)
    const rendered = renderNow(text, plain as object, name)
    return secret ? new Secret(rendered) : rendered
  }
  if (lates.length === 0) return make()
  const what = [...new Set(lates.map(late => late.what))].join(', ')
  return new Late(what, () => (lates.every(late => late.value !== undefined) ? make() : undefined))
}

function latesIn(value: unknown): readonly Late<unknown>[] {
  if (value instanceof Late) return [value]
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(latesIn) : []
}

/** The data with its late values and secrets in plain, and whether there was a secret among it. */
function disclose(data: TemplateData): { plain: unknown; secret: boolean } {
  let secret = false
  const walk = (value: unknown): unknown => {
    if (value instanceof Late) return walk(value.now())
    if (value instanceof Secret) {
      secret = true
      return value.reveal()
    }
    if (Array.isArray(value)) return value.map(walk)
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, walk(part)]))
  }
  return { plain: walk(data), secret }
}

function renderNow(text: string, data: object, name: string): string {
  try {
    return eta.renderString(text, data)
  } catch (error) {
    throw new AndamioError({
      code: 'template-invalid',
      message: `The template cannot be rendered: ${(error as Error).message}`,
      place: name,
      next: 'Give every variable that it names, or mend the name in it.',
    })
  }
}

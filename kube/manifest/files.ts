import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isMap, isScalar, LineCounter, parseAllDocuments } from 'yaml'
import { usageError } from '../../engine/errors.ts'
import { Late } from '../../engine/resource/late.ts'
import { render, type TemplateData } from '../../engine/resources/template.ts'
import { Secret } from '../../engine/shell/secret.ts'
import type { AnyObject } from '../api/objects.ts'

/** One file of manifests, rendered anew whenever it is asked for, since a late value may be known by then. */
export interface ManifestFile {
  /** `probe/20-volume.yaml`, for people. */
  readonly name: string
  readonly folder: string
  /** With a stand-in for what is not known yet, so that what it names is known before creation and after. */
  outline(): readonly AnyObject[]
  /** Late while a value that it needs is not known. */
  objects(): readonly AnyObject[] | Late<unknown>
}

/** Files of all these folders in the order of their own names, whatever folder each is in: `NN-` is one sequence. */
export function manifestFiles(root: string, folders: readonly string[], data: TemplateData): readonly ManifestFile[] {
  const files = folders.flatMap(folder =>
    namesIn(root, folder).map(name => ({ folder, path: join(root, folder, name) })),
  )
  files.sort(
    (one, other) => compareNames(basename(one.path), basename(other.path)) || compareNames(one.path, other.path),
  )
  return files.map(({ folder, path }) => manifestFile(folder, path, readFileSync(path, 'utf8'), data))
}

const compareNames = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

function namesIn(root: string, folder: string): readonly string[] {
  const names = readFolder(root, folder)
  for (const name of names) {
    if (/^\d\d-[a-z0-9-]+\.yaml$/.test(name)) continue
    throw usageError({
      code: 'manifest-name',
      message: `A manifest is not called NN-name.yaml: ${name}`,
      place: join('manifests', folder, name),
      next: 'Give it two digits that say when it is applied, then a name of small letters, digits and dashes.',
    })
  }
  return names
}

function readFolder(root: string, folder: string): readonly string[] {
  try {
    return readdirSync(join(root, folder))
  } catch (error) {
    throw usageError({
      code: 'manifest-folder',
      message: `There is no folder of manifests called ${folder}`,
      place: join(root, folder),
      cause: (error as Error).message,
      next: "Mend the manifests role's variable `folders` in the inventory.",
    })
  }
}

/** Of `data` a file gets what it names, as `it.NAME`: what is not known yet makes only those late that need it. */
export function manifestFile(folder: string, path: string, text: string, all: TemplateData): ManifestFile {
  const name = `${folder}/${basename(path)}`
  const data = Object.fromEntries(Object.entries(all).filter(([key]) => new RegExp(`\\bit\\.${key}\\b`).test(text)))
  const renderNow = (values: TemplateData): readonly AnyObject[] | Late<unknown> => {
    const content = render(text, values, name)
    return content instanceof Late && content.value === undefined ? content : parseManifest(textOf(content), name)
  }
  return {
    name,
    folder,
    outline: () => renderNow(withStandIns(data) as TemplateData) as readonly AnyObject[],
    objects: () => renderNow(data),
  }
}

function textOf(content: ReturnType<typeof render>): string {
  const rendered = content instanceof Late ? content.now() : content
  return rendered instanceof Secret ? rendered.reveal() : String(rendered)
}

function withStandIns(value: unknown): unknown {
  if (value instanceof Late) return withStandIns(value.value ?? 'known-after-create')
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withStandIns(part)]))
}

/** Objects of a YAML text, in order. Throws `manifest-invalid` with file, line and column. */
export function parseManifest(text: string, name: string): readonly AnyObject[] {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true })
  if ('empty' in documents) return []
  return documents.flatMap(document => {
    const refuse = (message: string, offset = document.contents?.range?.[0] ?? 0): Error => {
      const { line, col } = lines.linePos(offset)
      return usageError({
        code: 'manifest-invalid',
        message,
        place: `manifests/${name}:${line}:${col}`,
        next: 'Mend the file; a template is shown with its values filled in, so lines count in the result.',
      })
    }
    const [error] = document.errors
    if (error) throw refuse(error.message.split('\n')[0] ?? 'it is no YAML', error.pos[0])
    if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) return []
    if (!isMap(document.contents)) throw refuse('A manifest is a mapping, and this is none')
    for (const path of [['apiVersion'], ['kind'], ['metadata', 'name']]) {
      const value = document.getIn(path)
      if (typeof value !== 'string' || value === '') throw refuse(`${path.join('.')} is missing`)
    }
    try {
      return [document.toJS({ maxAliasCount: 100 }) as AnyObject]
    } catch (error) {
      throw refuse((error as Error).message)
    }
  })
}

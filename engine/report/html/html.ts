import { readFile } from 'node:fs/promises'
import type { Event, Reporter } from '../events.ts'
import { writeReport } from '../file.ts'
import { harmless } from '../text.ts'
import { pageOf } from './page.ts'

/** One self-contained page: verdict, failures, timeline, critical path, changes. No script, nothing loaded from anywhere. */
export function htmlReporter({ file }: { readonly file: string }): Reporter {
  const events: Event[] = []
  return {
    on(event: Event): void {
      // What is only of the moment is not in the page, and would be most of its memory.
      if (event.type !== 'wait' && (event.type !== 'progress' || event.ended)) events.push(event)
    },
    async close(): Promise<void> {
      await writeReport(file, await renderPage(events))
    },
  }
}

export async function renderPage(events: readonly Event[]): Promise<string> {
  const [{ Eta }, template, css] = await Promise.all([import('eta'), read('page.eta'), read('page.css')])
  const eta = new Eta({ autoEscape: true, varName: 'page' })
  return eta.renderString(template, { ...pageOf(events.map(harmless)), css })
}

const read = (name: string) => readFile(new URL(name, import.meta.url), 'utf8')

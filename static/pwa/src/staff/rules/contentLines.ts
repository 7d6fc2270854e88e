/** A held entry's content as lines a person can read; nested names are joined by dots, nothing left out. */
import { NOTHING } from './figures'

export type ContentLine = { name: string; value: string }

const isBranch = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

const written = (value: unknown): string => {
  if (value === null || value === undefined || value === '') return NOTHING
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

export function contentLines(content: Record<string, unknown> | null, prefix = ''): ContentLine[] {
  return Object.entries(content ?? {}).flatMap(([name, value]) =>
    isBranch(value)
      ? contentLines(value, `${prefix}${name}.`)
      : [{ name: prefix + name, value: written(value) }],
  )
}

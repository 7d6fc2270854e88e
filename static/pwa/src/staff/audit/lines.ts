/** What an audit event says, as lines to read. Pure. */
import type { AuditEvent } from './wire'

export type Line = { name: string; before: string | null; after: string | null }

type Fields = Record<string, unknown>
type Say = (name: string, value: unknown) => string

/** Thresholds come together; each is a line of its own. */
const TOGETHER = 'thresholds'

/**
 * Each field that was told, with what stood there before and after; null where nothing was told.
 * `say` puts a value into words.
 */
export function linesOf(event: Pick<AuditEvent, 'before' | 'after'>, say: Say = asSent): Line[] {
  const [before, after] = [apart(event.before), apart(event.after)]
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  return names.map((name) => ({ name, before: said(before, name, say), after: said(after, name, say) }))
}

function apart(fields: Fields | null): Fields | null {
  if (!fields || !(TOGETHER in fields)) return fields
  const { [TOGETHER]: some, ...rest } = fields
  return { ...rest, ...(some as Fields) }
}

function said(fields: Fields | null, name: string, say: Say): string | null {
  if (!fields || !(name in fields)) return null
  const value = fields[name]
  return value === null || value === undefined || value === '' ? '—' : say(name, value)
}

const asSent: Say = (_, value) => (typeof value === 'object' ? JSON.stringify(value) : String(value))

const CLOCK = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'medium',
})

/** 2026-11-22 23:34:05: a log that is kept for years says the year, and one that is compared the second. */
export const exactly = (instant: string): string => CLOCK.format(new Date(instant))

/** From one day to another, both included, as the server's half-open days; empty stays open. */
export const halfOpen = (last: string, shift: (day: string, days: number) => string): string =>
  last ? shift(last, 1) : ''

/** Which records want something of their author, in which order, and what can be done about each. */
import type { Entry } from '@/sync/types'

/** again: a tap sends it again · send: it waits for days · contact: only the station can help · the rest: to know */
export const NEEDS = ['again', 'send', 'contact', 'conflict', 'closed', 'held'] as const
export type Need = (typeof NEEDS)[number]

const DAY_MS = 24 * 3600_000
const LONG_MS = 3 * DAY_MS
const NEWS_MS = 30 * DAY_MS
/** Codes of what the server took from a device or person that was stopped. */
export const STOPPED = ['person.disabled', 'device.revoked']

export function needOf({ entry, now }: { entry: Entry; now: number }): Need | null {
  const age = now - Date.parse(entry.recorded_at)
  if (entry.state === 'attention') return 'again'
  if (entry.state === 'waiting' && age > LONG_MS) return 'send'
  if (entry.state === 'conflict') return 'conflict'
  if (entry.state === 'closed') return age < NEWS_MS ? 'closed' : null
  if (entry.state === 'held') return STOPPED.includes(entry.reason?.code ?? '') ? 'contact' : 'held'
  return null
}

/** What the author can do something about comes first; of the same need the oldest. */
export function needing<R extends { entry: Entry }>(rows: R[], now: number): { row: R; need: Need }[] {
  return rows
    .map((row) => ({ row, need: needOf({ entry: row.entry, now }) }))
    .filter((found): found is { row: R; need: Need } => found.need !== null)
    .sort((one, other) => rank(one.need) - rank(other.need) || age(one.row) - age(other.row))
}

const rank = (need: Need) => NEEDS.indexOf(need)
const age = ({ entry }: { entry: Entry }) => Date.parse(entry.recorded_at) || 0

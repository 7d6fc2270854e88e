/**
 * What one did, month by month, from what this phone knows. Only for as long as the server's figures, which go by
 * all rules, are not at hand.
 */
import type { Entry } from '@/sync/types'
import { monthOf } from './months'

export type OwnMonth = {
  month: string
  shifts: number
  /** `low` is what really ended; `high` adds what the rule closed. */
  hours: { low: number; high: number }
  receptions: number
  /** Null where this phone no longer knows how many came. */
  people_received: number | null
  check_ins: number
}

type ShiftRow = { data: Record<string, unknown> }
type Known = { shifts: ShiftRow[]; records: { entry: Entry; changed: string | null }[]; now: number }

const MS_AN_HOUR = 3600_000

const nothing = (month: string): OwnMonth => ({
  month,
  shifts: 0,
  hours: { low: 0, high: 0 },
  receptions: 0,
  people_received: 0,
  check_ins: 0,
})

/** Latest month first; months without anything are left out. */
export function ownMonths({ shifts, records, now }: Known): OwnMonth[] {
  const months = new Map<string, OwnMonth>()
  const at = (moment: number) => {
    const month = monthOf(moment)
    if (!months.has(month)) months.set(month, nothing(month))
    return months.get(month)!
  }
  for (const { data } of shifts)
    if (!data.withdrawn) addShift(at(Date.parse(String(data.started_at))), data, now)
  for (const { entry, changed } of records)
    if (entry.state === 'received' && changed !== 'withdrawn') addRecord(at, entry)
  return [...months.values()].sort((one, other) => other.month.localeCompare(one.month))
}

function addShift(month: OwnMonth, data: Record<string, unknown>, now: number): void {
  const hoursUntil = (end: number) => Math.max(0, end - Date.parse(String(data.started_at))) / MS_AN_HOUR
  const closes = Date.parse(String(data.closes_at))
  month.shifts += 1
  if (data.ended_at) {
    const hours = hoursUntil(Date.parse(String(data.ended_at)))
    month.hours = { low: month.hours.low + hours, high: month.hours.high + hours }
  } else if (closes <= now) month.hours.high += hoursUntil(closes)
}

function addRecord(at: (moment: number) => OwnMonth, { kind, recorded_at, body }: Entry): void {
  const { stated_at, started_at, headcount } = body as Record<string, unknown>
  if (kind === 'check_in') at(Date.parse(String(stated_at ?? recorded_at))).check_ins += 1
  if (kind !== 'reception') return
  const month = at(Date.parse(String(started_at ?? recorded_at)))
  month.receptions += 1
  const known = typeof headcount === 'number' && month.people_received !== null
  month.people_received = known ? month.people_received! + headcount : null
}

/** A year of months in one. */
export function sumOf(months: OwnMonth[]): Omit<OwnMonth, 'month'> {
  const sum = (of: (month: OwnMonth) => number) => months.reduce((total, month) => total + of(month), 0)
  const known = months.every(({ people_received }) => people_received !== null)
  return {
    shifts: sum(({ shifts }) => shifts),
    hours: { low: sum(({ hours }) => hours.low), high: sum(({ hours }) => hours.high) },
    receptions: sum(({ receptions }) => receptions),
    people_received: known ? sum(({ people_received }) => people_received ?? 0) : null,
    check_ins: sum(({ check_ins }) => check_ins),
  }
}

/** Hours to a tenth, without a needless .0 */
export const tenth = (hours: number): string => String(Math.round(hours * 10) / 10)

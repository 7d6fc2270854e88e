/** Which shift is going on now, as far as this phone knows: its own entries and what the feed says. */
import type { Entry, ShiftEnd, Withdrawal } from '@/sync/types'

export type KnownShift = {
  id: string
  station_id: string
  started_at: number
  ended: boolean
  at_most_until: number
}

const LONGEST_MS = 12 * 3600_000
const LONGER_MS = 2 * 3600_000
const DAY_MS = 24 * 3600_000
const SHANGHAI_MS = 8 * 3600_000

/** The next midnight at the station (Asia/Shanghai has no summer time). Milliseconds since 1970. */
export function midnightAfter(at: number): number {
  return (Math.floor((at + SHANGHAI_MS) / DAY_MS) + 1) * DAY_MS - SHANGHAI_MS
}

const until = (started_at: number) => Math.min(started_at + LONGEST_MS, midnightAfter(started_at))

/** Shifts that began on this phone, ended or not; withdrawn ones are left out. */
export function shiftsOfEntries(entries: Entry[]): KnownShift[] {
  const bodies = <B>(kind: Entry['kind']) =>
    entries.filter((entry) => entry.kind === kind).map(({ body }) => body as B)
  const ended = new Set(bodies<ShiftEnd>('shift_end').map(({ shift_id }) => shift_id))
  const withdrawn = new Set(bodies<Withdrawal>('withdrawal').map(({ target_id }) => target_id))
  const starts = entries.filter(({ kind, id }) => kind === 'shift_start' && !withdrawn.has(id))
  return starts.map((entry) => {
    const { station_id, stated_at } = entry.body as { station_id: string; stated_at?: string | null }
    const started_at = Date.parse(stated_at ?? entry.recorded_at)
    return {
      id: entry.id,
      station_id,
      started_at,
      ended: ended.has(entry.id),
      at_most_until: until(started_at),
    }
  })
}

type ShiftRow = { id: string; data: Record<string, unknown> }

/** The server closes by the plan. Who stays longer has not forgotten yet: the button must not turn in their hand. */
function leftBy({ closes_at, by_rule }: { closes_at: number; by_rule: number }): number {
  if (Number.isNaN(closes_at)) return by_rule
  return closes_at < by_rule ? Math.min(closes_at + LONGER_MS, by_rule) : closes_at
}

/** Shifts as the server knows them, among them those begun on another phone. */
export function shiftsOfFeed(rows: ShiftRow[]): KnownShift[] {
  return rows
    .filter(({ data }) => !data.withdrawn)
    .map(({ id, data }) => {
      const started_at = Date.parse(String(data.started_at))
      const closes_at = Date.parse(String(data.closes_at))
      const at_most_until = leftBy({ closes_at, by_rule: until(started_at) })
      return { id, station_id: String(data.station_id), started_at, ended: !!data.ended_at, at_most_until }
    })
}

/** One list: a shift that both know is ended when either says so. */
export function joined(own: KnownShift[], fed: KnownShift[]): KnownShift[] {
  const shifts = new Map(fed.map((shift) => [shift.id, shift]))
  for (const shift of own) {
    const other = shifts.get(shift.id)
    const at_most_until = other?.at_most_until ?? shift.at_most_until // the server knows the plan
    shifts.set(shift.id, { ...shift, ended: shift.ended || !!other?.ended, at_most_until })
  }
  return [...shifts.values()]
}

/**
 * The latest shift that is going on. Past its latest end it is a forgotten one, and the next tap begins
 * anew.
 */
export function openShift(shifts: KnownShift[], now: number): KnownShift | null {
  const open = shifts.filter(({ ended, at_most_until }) => !ended && now < at_most_until)
  return latest(open)
}

/** The latest shift of the last 7 days whose end nobody wrote down. */
export function forgottenShift(shifts: KnownShift[], now: number): KnownShift | null {
  const old = shifts.filter(({ ended, at_most_until }) => !ended && now >= at_most_until)
  return latest(old.filter(({ started_at }) => now - started_at < 7 * DAY_MS))
}

function latest(shifts: KnownShift[]): KnownShift | null {
  return shifts.reduce<KnownShift | null>(
    (last, shift) => (last && last.started_at > shift.started_at ? last : shift),
    null,
  )
}

const LIKELY_MS = 3 * 3600_000
const EARLY_MS = 3600_000 // who comes an hour early comes for the plan

/** When a shift without an end most likely ended: as planned, else after three hours or when the rule closes it. */
export function likelyEnd(shift: KnownShift, plans: ShiftRow[]): number {
  return plannedEnd(shift, plans) ?? Math.min(shift.started_at + LIKELY_MS, shift.at_most_until)
}

/** The end of the plan in which a shift began; null where none was planned. */
export function plannedEnd(shift: Pick<KnownShift, 'station_id' | 'started_at'>, plans: ShiftRow[]): number | null {
  const ends = plans
    .filter(({ data }) => data.station_id === shift.station_id)
    .map(({ data }) => [Date.parse(String(data.starts_at)), Date.parse(String(data.ends_at))] as const)
    .filter(([starts, ends]) => starts - EARLY_MS <= shift.started_at && shift.started_at < ends)
    .map(([, ends]) => ends)
  return ends.length ? Math.min(...ends) : null
}

export type Act = 'check_in' | 'shift' | 'reception'

/** What comes next most likely: it is shown largest, and nothing else changes by it. */
export function likeliestAct(at: {
  open: KnownShift | null
  station_id: string
  plans: ShiftRow[]
  now: number
}): Act {
  const { open, station_id, plans, now } = at
  if (open) return now < likelyEnd(open, plans) ? 'reception' : 'shift'
  return plannedEnd({ station_id, started_at: now }, plans) ? 'shift' : 'check_in'
}

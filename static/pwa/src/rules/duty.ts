/** The duty plan: what comes, in order of time. Moments in ms since 1970. */
export type Turn = { id: string; station_id: string; starts_at: number; ends_at: number }
export type SharedTurn = Turn & { member_name: string; is_own: boolean }

type PlanRow = { id: string; data: Record<string, unknown> }

/** One's own planned shifts that are not over yet, next first. */
export function comingTurns(rows: PlanRow[], now: number): Turn[] {
  return rows
    .map(({ id, data }) => turnOf({ ...data, id }))
    .filter(({ ends_at }) => ends_at > now)
    .sort(byTime)
}

export function turnOf(told: Record<string, unknown>): Turn {
  const { id, station_id, starts_at, ends_at } = told as Record<string, string>
  return {
    id: String(id),
    station_id: String(station_id),
    starts_at: Date.parse(String(starts_at)),
    ends_at: Date.parse(String(ends_at)),
  }
}

/** Who else is planned, one's own turns left out, by the day on which they start. */
export function othersByDay(
  told: (Record<string, unknown> & Pick<SharedTurn, 'member_name' | 'is_own'>)[],
  now: number,
) {
  const turns = told
    .map((row) => ({ ...turnOf(row), member_name: row.member_name, is_own: row.is_own }))
    .filter(({ is_own, ends_at }) => !is_own && ends_at > now)
    .sort(byTime)
  const days = new Map<string, SharedTurn[]>()
  for (const turn of turns) days.set(dayOf(turn), [...(days.get(dayOf(turn)) ?? []), turn])
  return [...days.values()]
}

const dayOf = ({ starts_at }: Turn) => new Date(starts_at).toDateString()
const byTime = (one: Turn, other: Turn) => one.starts_at - other.starts_at || one.ends_at - other.ends_at

/** Whole days between the phone's own today and the day of a moment. */
export function daysUntil(at: number, now: number): number {
  const midnight = (moment: number) => new Date(moment).setHours(0, 0, 0, 0)
  return Math.round((midnight(at) - midnight(now)) / (24 * 3600_000))
}

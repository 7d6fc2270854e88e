/** Local months at the stations (Asia/Shanghai, no summer time), written `2026-11`. */
const SHANGHAI_MS = 8 * 3600_000

export const monthOf = (at: number): string => new Date(at + SHANGHAI_MS).toISOString().slice(0, 7)

/** The months of some moments (ms), each once, latest first. */
export function monthsOf(moments: number[]): string[] {
  return [...new Set(moments.map(monthOf))].sort().reverse()
}

/** So many of the latest months that at least `rows` rows can be seen; never fewer than one where any are. */
export function firstMonths(counts: [month: string, rows: number][], rows: number): string[] {
  let seen = 0
  const enough = counts.findIndex(([, count]) => (seen += count) >= rows)
  return counts.slice(0, enough < 0 ? undefined : enough + 1).map(([month]) => month)
}

/** Whether both are of one year in the phone's own zone. */
export const isOfYear = (at: number | string, now: Date): boolean =>
  new Date(at).getFullYear() === now.getFullYear()

/** A station's days as weeks (Monday first): how much was done, and whether that may still change. */
import type { StationDay } from '../wire'

export type Cell = { day: string; column: number; row: number; level: 0 | 1 | 2 | 3; provisional: boolean }

const weekday = (day: string) => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7

const DAY_MS = 86_400_000
const daysBetween = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS)

/** 0 nothing recorded, 1 something but no hours, 2 under three hours of duty, 3 more. */
export function levelOf({ shifts, duty_hours, receptions, check_ins }: StationDay): Cell['level'] {
  if (duty_hours.low >= 3) return 3
  if (duty_hours.low > 0) return 2
  return shifts + receptions + check_ins > 0 ? 1 : 0
}

export function cellsOf(days: readonly StationDay[]): Cell[] {
  const first = days[0]?.day
  if (!first) return []
  const lead = weekday(first)
  return days.map((day) => {
    const place = lead + daysBetween(first, day.day)
    const { provisional } = day
    return { day: day.day, column: Math.floor(place / 7), row: place % 7, level: levelOf(day), provisional }
  })
}

/** The first column of each month, with the month's number. */
export function monthsOf(cells: readonly Cell[]): { column: number; month: number }[] {
  return cells
    .filter(({ day }, index) => index === 0 || day.endsWith('-01'))
    .map(({ day, column }) => ({ column, month: Number(day.slice(5, 7)) }))
    .filter(
      ({ column }, index, all) => index === all.length - 1 || (all[index + 1]?.column ?? 0) - column > 1,
    )
}

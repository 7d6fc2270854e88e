import type { DayKey, Duty, Told } from '../types'

/** What is planned on a day, the part of it that is over included; null when that day's plan was not told. */
export function dutiesOn(told: Told, day: DayKey): Duty[] | null {
  const [starts, ends] = [Date.parse(day.starts_at), Date.parse(day.ends_at)]
  if (ends > Date.parse(told.duties_until)) return null
  return told.duties.filter(
    ({ starts_at, ends_at }) => Date.parse(starts_at) < ends && Date.parse(ends_at) > starts,
  )
}

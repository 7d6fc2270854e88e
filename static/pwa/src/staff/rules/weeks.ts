/** Weeks and moments of the duty plan, in the network's own time zone wherever the reader sits. Pure. */
const OFFSET = '+08:00'
const DAY_MS = 86_400_000
const WEEKDAYS = '日一二三四五六'

const asDay = (ms: number) => new Date(ms).toISOString().slice(0, 10)
const msOf = (day: string) => Date.parse(`${day}T00:00:00Z`)

export const addDays = (day: string, days: number): string => asDay(msOf(day) + days * DAY_MS)

/** The local day of a moment. */
export const dayOf = (moment: string | number): string => asDay(new Date(moment).getTime() + 8 * 3_600_000)

/** The Monday of a day's week. */
export const mondayOf = (day: string): string => addDays(day, -((new Date(msOf(day)).getUTCDay() + 6) % 7))

const isDay = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(msOf(text))

/** The week that an address asks for, else this one. */
export const weekFrom = (asked: unknown, now: number): string =>
  mondayOf(typeof asked === 'string' && isDay(asked) ? asked : dayOf(now))

/** A typed day and times as moments; an end before its start is on the next day. */
export function spanOf(day: string, starts: string, ends: string): { starts_at: string; ends_at: string } {
  const last = ends <= starts ? addDays(day, 1) : day
  return { starts_at: `${day}T${starts}:00${OFFSET}`, ends_at: `${last}T${ends}:00${OFFSET}` }
}

const timeOf = (moment: string) => new Date(new Date(moment).getTime() + 8 * 3_600_000).toISOString().slice(11, 16)

/** `11-25 周三 09:00–11:30` */
export function sayShift({ starts_at, ends_at }: { starts_at: string; ends_at: string }): string {
  const day = dayOf(starts_at)
  const weekday = WEEKDAYS[new Date(msOf(day)).getUTCDay()]
  return `${day.slice(5)} 周${weekday} ${timeOf(starts_at)}–${timeOf(ends_at)}`
}

type Stretch = { started_at: string; ended_at: string | null; closes_at: string }

/** A shift that was worked; one without an end is open until the rule closes it. */
export function sayWorked({ started_at, ended_at, closes_at }: Stretch, now: number, say: { open: string }): string {
  if (ended_at) return sayShift({ starts_at: started_at, ends_at: ended_at })
  const begun = sayShift({ starts_at: started_at, ends_at: closes_at })
  return new Date(closes_at).getTime() > now ? begun.replace(/–.*$/, `–${say.open}`) : begun.replace(/–.*$/, '')
}

export const clockTime = timeOf

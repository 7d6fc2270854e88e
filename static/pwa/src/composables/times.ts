/** Times as a member reads them: the phone's own zone, short, 24 hours. */
import { chosenLanguage, t } from '@/locales'
import { isOfYear } from '@/rules/months'

const format = (options: Intl.DateTimeFormatOptions) => {
  const known = new Intl.DateTimeFormat(chosenLanguage(), { hour12: false, ...options })
  return (at: number | string) => known.format(new Date(at))
}

export const clockTime = format({ hour: '2-digit', minute: '2-digit' })
export const shortDay = format({ month: 'short', day: 'numeric' })
export const weekDay = format({ weekday: 'short' })
const TO_THE_SECOND = {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
} as const
const thisYear = format(TO_THE_SECOND)
const otherYear = format({ year: 'numeric', ...TO_THE_SECOND })

/** With its year where that is not the present one: old ledgers go back for years. */
export const fullTime = (at: number | string): string =>
  (isOfYear(at, new Date()) ? thisYear : otherYear)(at)

export function duration(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000))
  if (minutes < 60) return t('duration.minutes', { m: minutes })
  return t('duration.hours', { h: Math.floor(minutes / 60), m: minutes % 60 })
}

/** For <input type="datetime-local">: the phone's own time without an offset. */
export function inputTime(at: number): string {
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

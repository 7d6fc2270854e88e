/** How figures are written: one place, so that page, map and table say the same. */
import type { CoverageRow, Range } from '../wire'

export const NOTHING = '—'

const whole = new Intl.NumberFormat('zh-CN', { maximumFractionDigits: 0 })
const tenth = new Intl.NumberFormat('zh-CN', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const TIME_ZONE = 'Asia/Shanghai'

export const count = (value: number): string => whole.format(value)

/** Hours of duty: to the tenth, as in the report. */
export const hours = (value: number): string => tenth.format(value)

/** A rate of 0 to 1 in percent, one decimal; a dash where nothing could be divided by. */
export const percent = (rate: number | null): string =>
  rate === null ? NOTHING : `${tenth.format(rate * 100)}%`

/** `12` when both ends agree as written, else `12–15`. */
export function range(value: Range, write: (n: number) => string = count): string {
  const [low, high] = [write(value.low), write(value.high)]
  return low === high ? low : `${low}–${high}`
}

/** `11-21 14:30` in the network's own time zone, wherever the reader sits; a plain day stays `11-21`. */
export function moment(instant: string): string {
  if (instant.length === 10) return instant.slice(5)
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: TIME_ZONE,
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(new Date(instant))
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? ''
  return `${part('month')}-${part('day')} ${part('hour')}:${part('minute')}`
}

/** `14:30` in the network's own time zone. */
export const clockTime = (instant: string): string => moment(instant).slice(-5)

/** `2026-11-21` shifted by whole days; plain calendar arithmetic, no clock and no zone. */
export function shiftDay(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}

/** How many of a row's facts were held first, and released by staff. */
export const releasedIn = ({ released }: Pick<CoverageRow, 'released'>): number =>
  released ? released.shifts + released.receptions : 0

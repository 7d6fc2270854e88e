/** How long the oldest record waits, and when the phone says so louder. */
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const MANY = 5
const LONG_MS = 3 * DAY_MS
const SAID_FROM_MS = 10 * MINUTE_MS

export type Outbox = { unsent: number; oldest: string }

const age = ({ oldest }: Outbox, now: number) => (oldest ? now - Date.parse(oldest) : 0)

/** Five records, or one that is three days old: then it is time to look for a network. */
export const isWorthAWarning = (outbox: Outbox, now: number): boolean =>
  outbox.unsent >= MANY || age(outbox, now) >= LONG_MS

/** In the largest unit that fits, rounded down; null while it is not worth saying. */
export function waited(outbox: Outbox, now: number): { unit: 'days' | 'hours' | 'minutes'; n: number } | null {
  const ms = age(outbox, now)
  if (ms < SAID_FROM_MS) return null
  if (ms >= DAY_MS) return { unit: 'days', n: Math.floor(ms / DAY_MS) }
  if (ms >= HOUR_MS) return { unit: 'hours', n: Math.floor(ms / HOUR_MS) }
  return { unit: 'minutes', n: Math.floor(ms / MINUTE_MS) }
}

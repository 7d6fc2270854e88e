const two = (n: number) => String(n).padStart(2, '0')

/** The phone's wall clock as RFC 3339 with its own offset: 2026-11-21T15:58:02.113+08:00. */
export function localTime(at: Date): string {
  const offset = -at.getTimezoneOffset()
  const shifted = new Date(at.getTime() + offset * 60_000).toISOString().slice(0, -1)
  const size = Math.abs(offset)
  return `${shifted}${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

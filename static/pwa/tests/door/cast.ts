import type { Told } from '@/door/types'

const DAY_MS = 86_400_000
const FIRST = Date.parse('2026-11-19T16:00:00Z') // midnight at the station

/** What a screen was told at noon of 20 November. */
export function told(more: Partial<Told> = {}): Told {
  const moment = (day: number) => new Date(FIRST + day * DAY_MS).toISOString()
  return {
    network_name: '深圳市政协',
    is_demo: false,
    station: { name: '粤海站', code: 'N1', address: null, opening_hours: null, status: 'open' },
    duties: [],
    duties_until: moment(2),
    step_s: 30,
    day_keys: Array.from({ length: 30 }, (_, day) => ({
      day: moment(day).slice(0, 10),
      starts_at: moment(day),
      ends_at: moment(day + 1),
      key: 'AAAAAAAAAAAAAAAA',
    })),
    server_time: '2026-11-20T04:00:00.000Z',
    ...more,
  }
}

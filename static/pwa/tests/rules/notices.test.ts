import { expect, it } from 'vitest'
import { deedsOf, looksOf, newDevices } from '@/rules/notices'

const now = Date.parse('2026-11-21T08:00:00Z')
const added = (device_id: string, created_at: string) => ({
  data: { code: 'device.added', data: { device_id, name: '安卓手机' }, created_at },
})

it('a new device is told to the person’s other ones for a week', () => {
  const rows = [
    added('this phone', '2026-11-20T08:00:00Z'),
    added('old', '2026-11-01T08:00:00Z'),
    added('new', '2026-11-20T09:00:00Z'),
    { data: { code: 'from.the_future', data: {}, created_at: '2026-11-20T09:00:00Z' } },
  ]
  expect(newDevices({ rows, own: 'this phone', now }).map(({ id }) => id)).toEqual(['new'])
})

it('whoever looked at a constituent of mine is told, latest first, and is no deed of others', () => {
  const data = { by_name: '王站长', reason: '回访', started_at: '2026-11-20T01:00:00Z', station_id: 'hall' }
  const row = (id: string, created_at: string) => ({
    id,
    data: { code: 'constituent.revealed', created_at, data },
  })
  const rows = [row('old', '2026-11-20T08:00:00Z'), row('new', '2026-11-21T08:00:00Z')]
  expect(looksOf(rows).map(({ id }) => id)).toEqual(['new', 'old'])
  expect(looksOf(rows)[0]).toMatchObject({ by_name: '王站长', reason: '回访' })
  expect(deedsOf(rows)).toEqual([])
})

import { expect, it } from 'vitest'
import { gapList } from '@/staff/rules/gapItems'
import { noGaps } from './cast'

const of = (name: string, days: number | null) => ({
  ...{ station_id: name, name, district_name: '龙岗区' },
  ...{ last_open_on: days === null ? null : '2026-10-01', days },
})
const gate = { gate: 'G3', state: 'failed' as const, have: 0, need: 1, note: null, fix: '安排 1 次接待群众' }
const street = { division_id: 'd', name: '布吉街道', district_name: '龙岗区' }

it('the gap list has each once: streets without a station, then by days since the last duty', () => {
  const list = gapList({
    ...noGaps,
    streets_without_station: [street],
    failing: [{ ...of('坪地', 3), ...gate }],
    dormant: [{ ...of('布吉', 52), fix: '安排一次值班，并登记到站' }, { ...of('葵涌', null), fix: '安排一次值班' }],
    not_tangible: [{ ...of('布吉', 52), items: ['统一标识'], fix: '补齐' }, { ...of('大鹏', 9), items: [], fix: '补齐' }],
  })
  expect(list.map(({ name }) => name)).toEqual(['布吉街道', '葵涌', '布吉', '大鹏', '坪地'])
  expect(list[2]).toMatchObject({
    kinds: ['dormant', 'not_tangible'],
    fix: '安排一次值班，并登记到站；补齐',
    days: 52,
  })
})

it('a gate that rests on what staff released says how much of it', () => {
  const [item] = gapList({ ...noGaps, failing: [{ ...of('坪地', 3), ...gate, have: 2, need: 3, released: 2 }] })
  expect(item!.what[0]).toContain('其中 2 次由工作人员放行')
  const [plain] = gapList({ ...noGaps, failing: [{ ...of('坪地', 3), ...gate, released: 0 }] })
  expect(plain!.what[0]).not.toContain('放行')
})

import { describe, expect, it } from 'vitest'
import { doubtful, inOrderOfUse, matching, purposeAt, questionOf, type Station } from '@/rules/stations'

const station = (name: string, lon: number, status = 'open'): Station => ({
  id: name,
  code: name,
  name,
  lat: 22.5,
  lon,
  status,
  address: `${name}路 1 号`,
  opening_hours: null,
})
const stations = [
  station('远站', 114.5),
  station('近站', 114.01),
  station('关站', 114.0, 'closed'),
  station('中站', 114.2),
]
const names = (given: Parameters<typeof inOrderOfUse>[0]) => inOrderOfUse(given).map(({ name }) => name)

describe('stations', () => {
  it('come nearest first when there is a position, closed ones last', () => {
    const from = { lat: 22.5, lon: 114.0 }
    expect(names({ stations, from, familiar: ['远站'] })).toEqual(['近站', '中站', '远站', '关站'])
  })

  it('come by last use, then one’s own, without a position', () => {
    expect(names({ stations, from: null, familiar: ['远站', '中站'] })).toEqual([
      '远站',
      '中站',
      '近站',
      '关站',
    ])
  })

  it('are found by parts of name and address', () => {
    expect(matching(stations, '近 1').map(({ name }) => name)).toEqual(['近站'])
    expect(matching(stations, ' ')).toHaveLength(4)
  })

  it('tell duty from a visit', () => {
    expect(purposeAt('近站', ['近站'])).toBe('duty')
    expect(purposeAt('远站', ['近站'])).toBe('visit')
  })
})

describe('where only the person can say', () => {
  const near = (id: string, distance_m: number, status = 'open') => ({ ...station(id, 114, status), distance_m })
  const ids = (stations: { id: string }[]) => stations.map(({ id }) => id)

  it('are fences that overlap, of stations that are not closed', () => {
    const found = [near('a', 40), near('b', 290), near('c', 310)]
    expect(ids(doubtful(found, null))).toEqual(['a', 'b'])
    expect(doubtful([near('a', 40), near('b', 50, 'closed')], null)).toEqual([])
  })

  it('is a tap saved elsewhere before the position came', () => {
    const found = [near('a', 40), near('c', 5000)]
    expect(ids(doubtful(found, 'c'))).toEqual(['c', 'a'])
    expect(doubtful(found, 'a')).toEqual([])
    expect(doubtful([near('c', 5000)], 'c')).toEqual([])
  })

  it('the same stations are the same question', () => {
    expect(questionOf([{ id: 'b' }, { id: 'a' }])).toBe(questionOf([{ id: 'a' }, { id: 'b' }]))
  })
})

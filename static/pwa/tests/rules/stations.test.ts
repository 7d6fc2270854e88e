import { describe, expect, it } from 'vitest'
import { inOrderOfUse, matching, purposeAt, type Station } from '@/rules/stations'

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

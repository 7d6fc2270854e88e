import { describe, expect, it } from 'vitest'
import { columnsFor } from '@/staff/rules/columns'
import { DEFAULTS, GROUPINGS, placeOf } from '@/staff/rules/filters'
import { figureFrom, openingOf } from '@/staff/rules/openings'
import { counted } from '@/staff/rules/rows'
import { row } from './cast'

const month = { ...DEFAULTS, window: '30d' as const }

describe('a figure', () => {
  it('opens the facts that it counts, in the same window and place', () => {
    expect(openingOf('duty_hours', { within: 'luohu' }, month)).toEqual({
      path: '/facts',
      query: { figure: 'shifts', within: 'luohu', window: '30d' },
    })
    expect(openingOf('people_received', { station: 's1', within: 'luohu' }, DEFAULTS)?.query).toEqual({
      figure: 'receptions',
      station: 's1',
    })
  })

  it('that counts stations or streets opens those', () => {
    expect(openingOf('dormant', { within: placeOf('kind', 'studio') }, month)).toEqual({
      path: '/coverage',
      query: { window: '30d', within: 'kind:studio', by: 'station', only: 'dormant' },
    })
    expect(openingOf('gap', { within: '' }, DEFAULTS)?.query).toEqual({ by: 'street', only: 'gap' })
  })

  it('of one station that is its own answer opens nothing', () => {
    expect(openingOf('effective', { station: 's1', within: '' }, DEFAULTS)).toBeNull()
  })

  it('always leads somewhere, in every table', () => {
    const words = ['name', 'place', 'state', 'weeks']
    const keys = GROUPINGS.flatMap((by) => columnsFor(by).map(({ key }) => key))
    const dead = keys.filter((key) => !words.includes(key) && !openingOf(key, { within: '' }, DEFAULTS))
    expect(dead).toEqual([])
  })
})

describe('the lines that a figure counts', () => {
  it('are those in which it is not nought', () => {
    const lines = [row({ key: 'a', dormant: 1 }), row({ key: 'b' }), row({ key: 'c', gap: 0.5 })]
    expect(counted(lines, 'dormant').map(({ key }) => key)).toEqual(['a'])
    expect(counted(lines, 'gap').map(({ key }) => key)).toEqual(['c'])
    expect(counted(lines, '')).toHaveLength(3)
  })

  it('are the streets without a proper station, and those that changed sides', () => {
    const street = (key: string, streets_tangible: number) => row({ key, streets: 1, streets_tangible })
    const [served, bare] = [street('a', 1), street('b', 0)]
    const changes = { gained: [{ division_id: 'a', name: '布吉街道' }], lost: [] }
    expect(counted([served, bare], 'streets_without')).toEqual([bare])
    expect(counted([served, bare], 'gained', changes)).toEqual([served])
    expect(counted([served, bare], 'lost', changes)).toEqual([])
    expect(counted([served, bare], 'gained')).toEqual([])
  })
})

it('an address with an unknown figure opens all records', () => {
  expect(figureFrom({ figure: 'shifts' })).toBe('shifts')
  expect(figureFrom({ figure: 'people' })).toBe('records')
})

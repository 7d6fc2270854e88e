import { describe, expect, it } from 'vitest'
import { DEFAULTS, filtersFrom, inside, queryFrom } from '@/staff/rules/filters'

describe('filters in the address', () => {
  it('come back from the address they were put into', () => {
    const filters = {
      window: '30d',
      by: 'station',
      within: 'd1',
      sort: '-shifts',
      search: '桂园',
      page: 3,
      after: 'never.s1',
      only: 'dormant',
      open: ['d2', 'd3'],
      gap: 'failing',
    } as const
    expect(filtersFrom(queryFrom({ ...filters, open: [...filters.open] }))).toEqual(filters)
  })

  it('leave the address empty while all are as they come', () => {
    expect(queryFrom(DEFAULTS)).toEqual({})
  })

  it('take what they know from a mistyped address', () => {
    expect(filtersFrom({ window: '7d', by: ['street'], page: '-2', sort: null })).toEqual(DEFAULTS)
  })

  it('lead from a district to its streets, from a street to its stations, and no further', () => {
    const district = inside({ ...DEFAULTS, window: '30d', search: '罗' }, 'luohu')
    expect(district).toEqual({ ...DEFAULTS, window: '30d', by: 'street', within: 'luohu' })
    expect(inside(district!, 'guiyuan')).toMatchObject({ by: 'station', within: 'guiyuan' })
    expect(inside({ ...DEFAULTS, by: 'station' }, 's1')).toBeNull()
    expect(inside({ ...DEFAULTS, by: 'kind' }, 'studio')).toMatchObject({ by: 'station', within: 'kind:studio' })
  })
})

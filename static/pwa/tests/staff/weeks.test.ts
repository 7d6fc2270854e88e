import { describe, expect, it } from 'vitest'
import { confined } from '@/staff/rules/scope'
import { addDays, dayOf, mondayOf, sayShift, sayWorked, spanOf, weekFrom } from '@/staff/rules/weeks'

describe('a week of the plan', () => {
  it('begins on Monday, over the ends of months and years', () => {
    expect(mondayOf('2026-11-20')).toBe('2026-11-16')
    expect(mondayOf('2026-11-16')).toBe('2026-11-16')
    expect(mondayOf('2027-01-03')).toBe('2026-12-28')
    expect(addDays('2026-12-28', 7)).toBe('2027-01-04')
  })

  it('is the asked one, or the present one by the stations’ own clock', () => {
    const evening = Date.parse('2026-11-22T17:00:00Z') // already Monday in Shenzhen
    expect(dayOf(evening)).toBe('2026-11-23')
    expect(weekFrom(undefined, evening)).toBe('2026-11-23')
    expect(weekFrom('2026-11-20', evening)).toBe('2026-11-16')
    expect(weekFrom('2026-13-99', evening)).toBe('2026-11-23')
    expect(weekFrom(['2026-11-20'], evening)).toBe('2026-11-23')
  })
})

describe('a planned shift', () => {
  it('is typed by day and times, over midnight too', () => {
    expect(spanOf('2026-11-25', '09:00', '11:30')).toEqual({
      starts_at: '2026-11-25T09:00:00+08:00',
      ends_at: '2026-11-25T11:30:00+08:00',
    })
    expect(spanOf('2026-12-31', '22:00', '01:00').ends_at).toBe('2027-01-01T01:00:00+08:00')
  })

  it('is said in local time', () => {
    const shift = { starts_at: '2026-11-25T01:00:00Z', ends_at: '2026-11-25T03:30:00Z' }
    expect(sayShift(shift)).toBe('11-25 周三 09:00–11:30')
  })
})

describe('a shift that was worked', () => {
  const shift = { started_at: '2026-11-25T01:00:00Z', ended_at: null, closes_at: '2026-11-25T13:00:00Z' }
  const noon = Date.parse('2026-11-25T04:00:00Z')

  it('is said with its end, as open, or without an end that nobody recorded', () => {
    const ended = { ...shift, ended_at: '2026-11-25T03:00:00Z' }
    expect(sayWorked(ended, noon, { open: '至今' })).toBe('11-25 周三 09:00–11:00')
    expect(sayWorked(shift, noon, { open: '至今' })).toBe('11-25 周三 09:00–至今')
    expect(sayWorked(shift, noon + 86_400_000, { open: '至今' })).toBe('11-25 周三 09:00')
  })
})

it.each([
  [{ level: 'network', station_ids: [], division_id: null }, {}],
  [{ level: 'district', station_ids: [], division_id: 'd2' }, { division: 'd2' }],
  [{ level: 'stations', station_ids: ['s1'], division_id: null }, { own: ['s1'] }],
  [{ level: 'own', station_ids: [], division_id: null }, { own: [] }],
])('looks for stations in the own scope: %j', (scope, where) => {
  expect(confined(scope)).toEqual(where)
})

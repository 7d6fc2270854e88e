import { describe, expect, it } from 'vitest'
import { hours, moment, percent, range, shiftDay } from '@/staff/rules/figures'

describe('figures', () => {
  it('writes one number where low and high read the same, else both', () => {
    expect(range({ low: 12, high: 12 })).toBe('12')
    expect(range({ low: 12, high: 1500 })).toBe('12–1,500')
    expect(range({ low: 2.61, high: 2.64 }, hours)).toBe('2.6')
  })

  it('never writes a rate that nothing was divided by as zero', () => {
    expect(percent(null)).toBe('—')
    expect(percent(0)).toBe('0.0%')
    expect(percent(61 / 74)).toBe('82.4%')
  })

  it('writes hours to the tenth, halves away from zero, as the report does', () => {
    expect([hours(1.15), hours(99.96), hours(1234.5)]).toEqual(['1.2', '100.0', '1,234.5'])
  })

  it('tells the time of the network whatever the reader’s own zone is', () => {
    expect(moment('2026-11-21T16:05:00Z')).toBe('11-22 00:05')
    expect(moment('2026-11-19')).toBe('11-19')
  })

  it('moves a day over the end of a month and of a year', () => {
    expect(shiftDay('2026-03-03', -7)).toBe('2026-02-24')
    expect(shiftDay('2027-01-01', -1)).toBe('2026-12-31')
  })
})

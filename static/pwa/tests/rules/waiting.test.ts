import { describe, expect, it } from 'vitest'
import { isWorthAWarning, waited } from '@/rules/waiting'

const NOW = Date.parse('2026-11-21T12:00:00+08:00')
const ago = (ms: number) => new Date(NOW - ms).toISOString()
const MINUTE = 60_000
const DAY = 24 * 3600_000

describe('the warning', () => {
  it('comes with five records, or with one that is three days old', () => {
    expect(isWorthAWarning({ unsent: 4, oldest: ago(3 * DAY - 1) }, NOW)).toBe(false)
    expect(isWorthAWarning({ unsent: 5, oldest: ago(0) }, NOW)).toBe(true)
    expect(isWorthAWarning({ unsent: 1, oldest: ago(3 * DAY) }, NOW)).toBe(true)
    expect(isWorthAWarning({ unsent: 0, oldest: '' }, NOW)).toBe(false)
  })
})

describe('how long the oldest waits', () => {
  it.each([
    [9 * MINUTE, null],
    [10 * MINUTE, { unit: 'minutes', n: 10 }],
    [60 * MINUTE, { unit: 'hours', n: 1 }],
    [2 * DAY + 5 * MINUTE, { unit: 'days', n: 2 }],
  ])('after %i ms', (ms, said) => {
    expect(waited({ unsent: 1, oldest: ago(ms) }, NOW)).toEqual(said)
  })

  it('is nothing for a clock that was set back', () => {
    expect(waited({ unsent: 1, oldest: ago(-DAY) }, NOW)).toBeNull()
  })
})

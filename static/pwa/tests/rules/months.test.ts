import { expect, it } from 'vitest'
import { firstMonths, monthOf, monthsOf } from '@/rules/months'

it('a month begins at midnight of the stations, wherever the phone is', () => {
  expect(monthOf(Date.parse('2026-10-31T15:59:59Z'))).toBe('2026-10')
  expect(monthOf(Date.parse('2026-10-31T16:00:00Z'))).toBe('2026-11')
})

it('months stand once, latest first', () => {
  const moments = ['2026-09-02T00:00Z', '2026-11-02T00:00Z', '2026-09-20T00:00Z'].map(Date.parse)
  expect(monthsOf(moments)).toEqual(['2026-11', '2026-09'])
})

it('so many months are opened at first that a screen is full', () => {
  expect(
    firstMonths(
      [
        ['2026-11', 3],
        ['2026-10', 18],
        ['2026-09', 9],
      ],
      20,
    ),
  ).toEqual(['2026-11', '2026-10'])
  expect(
    firstMonths(
      [
        ['2026-11', 30],
        ['2026-10', 18],
      ],
      20,
    ),
  ).toEqual(['2026-11'])
  expect(firstMonths([['2026-11', 3]], 20)).toEqual(['2026-11'])
  expect(firstMonths([], 20)).toEqual([])
})

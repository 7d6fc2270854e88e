import { expect, it } from 'vitest'
import { isOfYear } from '@/rules/months'

it('a time of another year is told apart, so that its year is written', () => {
  const now = new Date(2026, 0, 1, 0, 30)
  expect(isOfYear(now.getTime(), now)).toBe(true)
  expect(isOfYear(new Date(2025, 11, 31, 23, 59).toISOString(), now)).toBe(false)
  expect(isOfYear('2019-05-01T04:00:00Z', now)).toBe(false)
})

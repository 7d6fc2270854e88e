import { describe, expect, it } from 'vitest'
import { minutesBehind } from '@/staff/rules/behind'

const as_of = '2026-11-21T06:30:00Z'

describe('figures of a replica', () => {
  it.each([
    ['the primary answered', undefined, 0],
    ['seconds are not worth a word', 59, 0],
    ['a minute is', 60, 1],
    ['an hour is sixty', 3_629, 60],
  ])('%s', (_name, behind_s, minutes) => {
    expect(minutesBehind({ as_of, behind_s })).toBe(minutes)
  })
})

import { describe, expect, it } from 'vitest'
import { flagWords } from '@/staff/rules/flags'

describe('what is said beside a fact', () => {
  it('is a sentence for each flag, in one order, and nothing for what this version does not know', () => {
    expect(flagWords(['many_people', 'of_tomorrow', 'too_fast'])).toEqual([
      '与另一站的登记隔得远、时间近，请留意',
      '这台设备一天里有很多人登记',
    ])
    expect(flagWords([])).toEqual([])
  })
})

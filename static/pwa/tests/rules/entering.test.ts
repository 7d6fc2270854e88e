import { describe, expect, it } from 'vitest'
import { checkInOf, emptyEntering, endOf, missingIn, receptionFor, startOf } from '@/rules/entering'

const NOW = Date.parse('2026-11-21T12:00:00+08:00')
const HOUR = 3600_000
const given = { ...emptyEntering(), member_id: 'm', station_id: 's' }

describe('entering for somebody', () => {
  it('asks only for what is needed', () => {
    expect(missingIn(emptyEntering(), NOW)).toBe('member')
    expect(missingIn({ ...given, station_id: '' }, NOW)).toBe('station')
    expect(missingIn(given, NOW)).toBeNull()
    expect(missingIn({ ...given, act: 'reception' }, NOW)).toBe('topic')
  })

  it('does not take an end that is before its beginning', () => {
    const shift = { ...given, act: 'shift' as const, at: NOW - HOUR, ended: true }
    expect(missingIn({ ...shift, ends_at: NOW - 2 * HOUR }, NOW)).toBe('end')
    expect(missingIn({ ...shift, ends_at: NOW }, NOW)).toBeNull()
    expect(missingIn(shift, NOW)).toBeNull()
  })

  it('makes up no position, and states a time only where one was given', () => {
    expect(checkInOf(given, true)).toEqual({
      ...{ station_id: 's', purpose: 'duty', fix: null, no_fix_reason: null },
      stated_at: null,
    })
    expect(Date.parse(startOf({ ...given, at: NOW }).stated_at!)).toBe(NOW)
    expect(endOf('x', null)).toEqual({ shift_id: 'x', stated_at: null })
  })

  it('writes a reception with what was said of it', () => {
    const said = { ...given, headcount: 3, topic: 'housing', summary: ' 电梯 ', wants_reply: true }
    const made = receptionFor(said, NOW)
    expect(made).toMatchObject({ headcount: 3, party_kind: 'group', summary: '电梯', wants_reply: true })
    expect(made.answered_on_spot).toBe(false)
    expect(Date.parse(made.started_at)).toBe(NOW)
  })
})

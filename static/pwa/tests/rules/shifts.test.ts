import { describe, expect, it } from 'vitest'
import {
  forgottenShift,
  joined,
  likeliestAct,
  likelyEnd,
  midnightAfter,
  openShift,
  shiftsOfEntries,
  shiftsOfFeed,
} from '@/rules/shifts'
import type { Entry, Kind } from '@/sync/types'

const at = (text: string) => Date.parse(text)
const entry = (id: string, kind: Kind, body: object, recorded_at = '2026-11-21T09:00:00+08:00') =>
  ({ id, kind, body, recorded_at }) as Entry
const start = (id: string, recorded_at?: string) => entry(id, 'shift_start', { station_id: 's' }, recorded_at)
const end = (shift_id: string) => entry(`end of ${shift_id}`, 'shift_end', { shift_id })
const noon = at('2026-11-21T12:00:00+08:00')

describe('a shift', () => {
  it('is open from its start until its end', () => {
    expect(openShift(shiftsOfEntries([start('a')]), noon)?.id).toBe('a')
    expect(openShift(shiftsOfEntries([start('a'), end('a')]), noon)).toBeNull()
  })

  it('that was withdrawn is none', () => {
    const withdrawn = entry('w', 'withdrawal', { target_id: 'a', reason: '误点' })
    expect(openShift(shiftsOfEntries([start('a'), withdrawn]), noon)).toBeNull()
  })

  it('begun at a stated time counts from there', () => {
    const stated = entry('a', 'shift_start', { station_id: 's', stated_at: '2026-11-21T08:00:00+08:00' })
    expect(openShift(shiftsOfEntries([stated]), noon)?.started_at).toBe(at('2026-11-21T08:00:00+08:00'))
  })

  it('left open yesterday is forgotten, and the next day’s first tap never ends it', () => {
    const shifts = shiftsOfEntries([start('a', '2026-11-20T15:00:00+08:00')])
    expect(openShift(shifts, noon)).toBeNull()
    expect(forgottenShift(shifts, noon)?.id).toBe('a')
    expect(forgottenShift(shifts, noon + 8 * 24 * 3600_000)).toBeNull()
  })

  it('ends by rule at the station’s midnight, wherever the phone’s zone is', () => {
    expect(midnightAfter(at('2026-11-21T15:00:00Z'))).toBe(at('2026-11-21T16:00:00Z'))
    expect(midnightAfter(at('2026-11-21T16:00:00Z'))).toBe(at('2026-11-22T16:00:00Z'))
  })

  it('of two open ones, the later is shown', () => {
    const shifts = shiftsOfEntries([start('early', '2026-11-21T08:00:00+08:00'), start('late')])
    expect(openShift(shifts, noon)?.id).toBe('late')
  })
})

describe('a shift of another phone', () => {
  const row = (data: object) => ({
    id: 'a',
    data: { station_id: 's', started_at: '2026-11-21T01:00:00Z', ...data },
  })

  it('is open here too, and is forgotten two hours after its plan', () => {
    const shifts = shiftsOfFeed([row({ ended_at: null, closes_at: '2026-11-21T03:30:00Z' })])
    expect(openShift(shifts, noon)?.id).toBe('a')
    expect(openShift(shifts, at('2026-11-21T05:30:00Z'))).toBeNull()
  })

  it('planned over midnight is open until its plan ends, also where it began', () => {
    const fed = shiftsOfFeed([
      row({ started_at: '2026-11-21T14:00:00Z', ended_at: null, closes_at: '2026-11-21T17:00:00Z' }),
    ])
    const own = shiftsOfEntries([start('a', '2026-11-21T22:00:00+08:00')])
    expect(openShift(joined(own, fed), at('2026-11-22T00:30:00+08:00'))?.id).toBe('a')
    expect(openShift(joined(own, fed), at('2026-11-22T01:00:00+08:00'))).toBeNull()
  })

  it('is ended when either phone or server says so', () => {
    const fed = shiftsOfFeed([row({ ended_at: null })])
    expect(openShift(joined(shiftsOfEntries([start('a'), end('a')]), fed), noon)).toBeNull()
    const ended = shiftsOfFeed([row({ ended_at: '2026-11-21T02:00:00Z' })])
    expect(openShift(joined(shiftsOfEntries([start('a')]), ended), noon)).toBeNull()
  })
})

describe('a forgotten end', () => {
  const began = at('2026-11-20T08:30:00+08:00')
  const shift = {
    id: 'a',
    station_id: 's',
    started_at: began,
    ended: false,
    at_most_until: midnightAfter(began),
  }
  const plan = (station_id: string, starts: string, ends: string) => ({
    id: 'p',
    data: { station_id, starts_at: `2026-11-20T${starts}:00+08:00`, ends_at: `2026-11-20T${ends}:00+08:00` },
  })

  it('is offered as it was planned', () => {
    const plans = [
      plan('another', '08:00', '10:00'),
      plan('s', '14:00', '16:00'),
      plan('s', '09:00', '14:00'),
    ]
    expect(likelyEnd(shift, plans)).toBe(at('2026-11-20T14:00:00+08:00'))
  })

  it('is offered after three hours where nothing was planned, and not past the rule', () => {
    expect(likelyEnd(shift, [])).toBe(at('2026-11-20T11:30:00+08:00'))
    const late = { ...shift, started_at: shift.at_most_until - 3600_000 }
    expect(likelyEnd(late, [])).toBe(shift.at_most_until)
  })
})

describe('what comes next most likely', () => {
  const plans = [
    {
      id: 'p',
      data: { station_id: 's', starts_at: '2026-11-21T12:30:00+08:00', ends_at: '2026-11-21T15:00:00+08:00' },
    },
  ]
  const next = { open: null, station_id: 's', plans: [], now: noon }
  const open = shiftsOfEntries([start('a')])[0]!

  it('is presence, or duty where it is planned here about now', () => {
    expect(likeliestAct(next)).toBe('check_in')
    expect(likeliestAct({ ...next, plans })).toBe('shift')
    expect(likeliestAct({ ...next, plans, station_id: 'another' })).toBe('check_in')
  })

  it('on duty is a reception, and the end once it is time', () => {
    expect(likeliestAct({ ...next, open, now: noon - 3600_000 })).toBe('reception')
    expect(likeliestAct({ ...next, open })).toBe('shift')
  })
})

import { describe, expect, it } from 'vitest'
import { deedsOf, type Deed } from '@/rules/notices'
import { objectionTo, wayOf } from '@/rules/objections'

const done = (code: string, data: Record<string, unknown>): Deed =>
  deedsOf([
    {
      id: 'n',
      data: { code, created_at: '2026-11-20T04:00:00Z', data: { entry_id: 'e', target_id: 't', ...data } },
    },
  ])[0]!

const checkIn = {
  kind: 'check_in',
  occurred_at: '2026-11-20T01:00:00Z',
  body: { station_id: 's', purpose: 'duty' },
}

describe('saying no', () => {
  it('to an entry in one’s name withdraws it', () => {
    const deed = done('entry.on_behalf', { kind: 'check_in', body: { station_id: 's' } })
    expect(objectionTo(deed, '本人否认')).toEqual({
      kind: 'withdrawal',
      body: { target_id: 'e', reason: '本人否认' },
    })
  })

  it('to a correction puts back what was there, and empties what was empty', () => {
    const body = { changes: { purpose: 'visit', stated_at: '2026-11-19T01:00:00Z' }, reason: '记错' }
    const deed = done('entry.correction', { kind: 'correction', body, target: checkIn })
    expect(objectionTo(deed, '本人否认')).toEqual({
      kind: 'correction',
      body: { target_id: 't', changes: { purpose: 'duty', stated_at: null }, reason: '本人否认' },
    })
  })

  it('leaves who was received as it is: this phone has forgotten it', () => {
    const reception = { kind: 'reception', occurred_at: '2026-11-20T01:00:00Z', body: { headcount: 1 } }
    const changed = (changes: object) =>
      done('entry.correction', { kind: 'correction', body: { changes, reason: '记错' }, target: reception })
    expect(objectionTo(changed({ headcount: 2, constituent: null }), '本人否认')?.body).toMatchObject({
      changes: { headcount: 1 },
    })
    expect(wayOf(changed({ constituent: null }))).toBeNull()
  })

  it('to a withdrawal records it again at its own time, without a position', () => {
    const deed = done('entry.withdrawal', { kind: 'withdrawal', body: { reason: '记错' }, target: checkIn })
    expect(objectionTo(deed, '本人否认')).toEqual({
      kind: 'check_in',
      body: {
        station_id: 's',
        purpose: 'duty',
        fix: null,
        no_fix_reason: null,
        stated_at: checkIn.occurred_at,
      },
    })
  })

  it('to a withdrawn reception brings all of it back', () => {
    const reception = { station_id: 's', started_at: '2026-11-20T01:00:00Z', headcount: 3, topic: 'housing' }
    const target = { kind: 'reception', occurred_at: '2026-11-20T02:00:00Z', body: reception }
    const deed = done('entry.withdrawal', { kind: 'withdrawal', target })
    expect(objectionTo(deed, '')).toEqual({ kind: 'reception', body: reception })
  })

  it('to the end that somebody else gave to one’s shift asks staff', () => {
    const deed = done('entry.shift_end', { kind: 'shift_end', body: { shift_id: 't' } })
    expect(wayOf(deed)).toBe('ask_staff')
    expect(objectionTo(deed, '本人否认')).toMatchObject({ kind: 'withdrawal', body: { target_id: 'e' } })
  })

  it('has no tap where this phone does not know what was there', () => {
    expect(wayOf(done('entry.correction', {}))).toBe(null)
    expect(objectionTo(done('entry.withdrawal', { kind: 'withdrawal' }), '')).toBe(null)
  })
})

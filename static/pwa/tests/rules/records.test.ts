import { describe, expect, it } from 'vitest'
import { asReceipt, changesByTarget, isBare, isTold, momentOf, toldEntry } from '@/rules/records'
import type { Receipt } from '@/sync/types'

const receipt: Receipt = { person: 'p', id: 'x', status: 'accepted', receipt_no: 7, epoch: 'e', stored_at: 0 }

describe('a record of the person’s other phone', () => {
  it('is shown with what its receipt tells', () => {
    const told = {
      kind: 'reception' as const,
      station_id: 's',
      recorded_at: '2026-11-21T09:00:00Z',
      body: { headcount: 3 },
    }
    const entry = toldEntry({ ...receipt, ...told })
    expect(entry).toMatchObject({
      kind: 'reception',
      state: 'received',
      body: { station_id: 's', headcount: 3 },
    })
    expect(isTold(entry)).toBe(true)
  })

  it('names the shift that it ended', () => {
    expect(toldEntry({ ...receipt, kind: 'shift_end', target_id: 'a' }).body).toEqual({ shift_id: 'a' })
  })

  it('is held or closed where staff have it so', () => {
    expect(toldEntry({ ...receipt, status: 'held' }).state).toBe('held')
    expect(toldEntry({ ...receipt, status: 'held', closed: true }).state).toBe('closed')
  })
})

describe('a record of a month that only the server knows', () => {
  const told = { id: 'x', status: 'accepted', receipt_no: 7, kind: 'reception' as const }

  it('is shown like any other, and without its content it is bare', () => {
    const bare = toldEntry(asReceipt({ person: 'p', record: { ...told, body: null } }))
    const whole = toldEntry(asReceipt({ person: 'p', record: { ...told, body: { headcount: 2 } } }))
    expect([isBare(bare), isBare(whole)]).toEqual([true, false])
    expect(momentOf(bare)).toBe(0)
  })
})

it('what was withdrawn stays withdrawn, whoever corrected it before or after', () => {
  const said = [
    { kind: 'correction' as const, body: { target_id: 'a' } },
    { kind: 'withdrawal' as const, body: {}, target_id: 'a' },
    { kind: 'correction' as const, body: { target_id: 'a' } },
    { kind: 'correction' as const, body: { target_id: 'b' } },
    { kind: 'check_in' as const, body: { target_id: 'c' } },
  ]
  expect([...changesByTarget(said)]).toEqual([
    ['a', 'withdrawn'],
    ['b', 'corrected'],
  ])
})

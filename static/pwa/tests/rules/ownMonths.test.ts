import { describe, expect, it } from 'vitest'
import { ownMonths, sumOf, tenth } from '@/rules/ownMonths'
import { toldEntry } from '@/rules/records'
import type { Kind } from '@/sync/types'

const now = Date.parse('2026-11-21T08:00:00Z')

const shift = (started_at: string, more: Record<string, unknown> = {}) => ({
  data: { started_at, closes_at: '2026-11-22T00:00:00Z', ended_at: null, withdrawn: false, ...more },
})

function record(kind: Kind, recorded_at: string, body: Record<string, unknown> | null = {}) {
  const receipt = {
    id: recorded_at,
    person: 'p',
    status: 'accepted',
    receipt_no: 1,
    epoch: null,
    stored_at: 0,
  }
  return { entry: toldEntry({ ...receipt, kind, recorded_at, body }), changed: null as string | null }
}

describe('one’s own months', () => {
  it('add up shifts and hours, and tell what really ended from what the rule closed', () => {
    const shifts = [
      shift('2026-11-02T01:00:00Z', { ended_at: '2026-11-02T03:30:00Z' }),
      shift('2026-11-05T01:00:00Z', { closes_at: '2026-11-05T04:00:00Z' }),
      shift('2026-11-21T07:00:00Z'),
      shift('2026-11-09T01:00:00Z', { ended_at: '2026-11-09T09:00:00Z', withdrawn: true }),
    ]
    const [november, ...others] = ownMonths({ shifts, records: [], now })
    expect(november).toMatchObject({ month: '2026-11', shifts: 3, hours: { low: 2.5, high: 5.5 } })
    expect(others).toEqual([])
  })

  it('put a record into the month in which it was, by its author’s own word', () => {
    const records = [
      record('reception', '2026-11-01T01:00:00Z', { headcount: 3, started_at: '2026-10-31T10:00:00Z' }),
      record('check_in', '2026-11-01T01:00:00Z'),
    ]
    expect(ownMonths({ shifts: [], records, now })).toMatchObject([
      { month: '2026-11', receptions: 0, check_ins: 1 },
      { month: '2026-10', receptions: 1, people_received: 3, check_ins: 0 },
    ])
  })

  it('say nothing of people where this phone no longer knows all of them', () => {
    const records = [
      record('reception', '2026-11-01T01:00:00Z', { headcount: 3 }),
      record('reception', '2026-11-02T01:00:00Z', null),
      record('reception', '2026-11-03T01:00:00Z', { headcount: 2 }),
    ]
    const months = ownMonths({ shifts: [], records, now })
    expect(months).toMatchObject([{ receptions: 3, people_received: null }])
    expect(sumOf(months)).toMatchObject({ receptions: 3, people_received: null })
  })

  it('leave out what is not received, and what was withdrawn', () => {
    const held = record('check_in', '2026-11-01T01:00:00Z')
    held.entry.state = 'held'
    const gone = { ...record('check_in', '2026-11-02T01:00:00Z'), changed: 'withdrawn' }
    expect(ownMonths({ shifts: [], records: [held, gone], now })).toEqual([])
  })

  it('make a year', () => {
    const month = {
      month: '2026-11',
      shifts: 2,
      hours: { low: 1.25, high: 2 },
      receptions: 1,
      people_received: 4,
      check_ins: 3,
    }
    expect(sumOf([month, month])).toEqual({
      ...{ shifts: 4, hours: { low: 2.5, high: 4 }, receptions: 2, people_received: 8, check_ins: 6 },
    })
    expect(['2.04', '2.96', '12'].map(Number).map(tenth)).toEqual(['2', '3', '12'])
  })
})

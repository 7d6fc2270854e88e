import { describe, expect, it } from 'vitest'
import { needing, needOf } from '@/rules/attention'
import type { Entry, EntryState } from '@/sync/types'

const now = Date.parse('2026-11-21T08:00:00Z')
const daysAgo = (days: number) => new Date(now - days * 24 * 3600_000).toISOString()

function row(state: EntryState, days: number, code: string | null = null) {
  const entry: Entry = {
    ...{
      id: `${state} ${days}`,
      person: 'p',
      device_id: 'd',
      seq: 1,
      kind: 'check_in',
      v: 1,
      run: '',
      tapped_ms: 0,
    },
    ...{ state, recorded_at: daysAgo(days), reason: code ? { code, message: null } : null },
    body: { station_id: 's', fix: null, no_fix_reason: null, purpose: 'duty' },
  }
  return { entry }
}

describe('what needs attention', () => {
  it('comes in the order of what its author can do, the oldest first', () => {
    const rows = [
      row('held', 1),
      row('closed', 2),
      row('conflict', 3),
      row('held', 4, 'device.revoked'),
      row('waiting', 5),
      row('attention', 1),
      row('attention', 6),
      row('received', 9),
    ]
    expect(needing(rows, now).map(({ row, need }) => [need, row.entry.id])).toEqual([
      ['again', 'attention 6'],
      ['again', 'attention 1'],
      ['send', 'waiting 5'],
      ['contact', 'held 4'],
      ['conflict', 'conflict 3'],
      ['closed', 'closed 2'],
      ['held', 'held 1'],
    ])
  })

  it('is not what waits for a few hours, and not what staff closed long ago', () => {
    const needs = [row('waiting', 2), row('recorded', 9), row('closed', 31)]
    expect(needs.map(({ entry }) => needOf({ entry, now }))).toEqual([null, null, null])
  })
})

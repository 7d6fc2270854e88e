import { describe, expect, it } from 'vitest'
import { factWords, judged, span } from '@/staff/rules/factWords'
import type { Fact } from '@/staff/wire'

const fact = (part: Partial<Fact>): Fact => ({
  ...{ id: 'f', kind: 'shift', day: '2026-11-20', station_id: 's', station_name: '桂园站', member_name: '李' },
  ...{ on_behalf: false, started_at: '2026-11-20T01:00:00Z', ended_at: null, headcount: null, topic: null },
  ...{ evidence: null, verdict: null, distance_m: null, flags: [], receipt_no: 7 },
  ...{ recorded_at: null, received_at: null, clock_error_s: null, has_constituent: false },
  ...part,
})

describe('a fact', () => {
  it('says what it was', () => {
    const reception = fact({ kind: 'reception', topic: 'housing', headcount: 3 })
    expect(factWords(reception, new Map([['housing', '住房']]))).toBe('接待 · 住房 · 3 人次')
    expect(factWords(fact({ kind: 'check_in' }), new Map())).toBe('到站登记')
  })

  it('says when, over midnight too, and whether it goes on', () => {
    expect(span(fact({ ended_at: '2026-11-20T03:30:00Z' }))).toBe('11-20 09:00–11:30')
    expect(span(fact({ ended_at: '2026-11-20T18:30:00Z' }))).toBe('11-20 09:00–11-21 02:30')
    expect(span(fact({}))).toBe('11-20 09:00 还没有结束')
    expect(span(fact({ kind: 'check_in' }))).toBe('11-20 09:00')
  })

  it('says how well it is attested, without blame', () => {
    expect(judged(fact({ evidence: 1, verdict: 'outside', distance_m: 5600 }))).toBe('有记录 · 在外 · 约 5,600 米')
    expect(judged(fact({ evidence: 3, verdict: 'inside', distance_m: 40 }))).toBe('双重佐证 · 在站 · 约 40 米')
    expect(judged(fact({ kind: 'reception' }))).toBe('')
  })
})

import { describe, expect, it } from 'vitest'
import * as protocol from '@/sync/protocol'
import type { Entry, EntryState, Result, SyncState } from '@/sync/types'
import { cases } from './contracts'

const entry = (given: Partial<Entry>): Entry => ({
  id: 'an id',
  person: '1:li',
  device_id: 'this phone',
  seq: null,
  state: 'recorded',
  kind: 'check_in',
  v: 1,
  recorded_at: '2026-11-21T15:58:02.113+08:00',
  body: { station_id: 'a station', purpose: 'duty', fix: null, no_fix_reason: null },
  run: 'this run',
  tapped_ms: 1000,
  reason: null,
  ...given,
})

describe('after its own result', () => {
  type Case = { step: string; name: string; result: Result | null; becomes: EntryState }
  it.each(cases<Case>('entry-results.json'))('$step $name', ({ result, becomes }) => {
    expect(protocol.afterResult(result ?? undefined)).toBe(becomes)
  })
})

describe('after a receipt change', () => {
  type Case = {
    step: string
    name: string
    state: EntryState
    receipt_no: number | null
    change: Result
    becomes: string
  }
  it.each(cases<Case>('receipt-changes.json'))('$step $name', ({ becomes, ...given }) => {
    expect(protocol.afterChange(given)).toBe(becomes)
  })
})

describe('after an answer to the whole call', () => {
  type Case = { step: string; name: string; status: number; code: string | null; size: number; next: string }
  it.each(cases<Case>('call-answers.json'))('$step $name', ({ next, ...given }) => {
    expect(protocol.afterCall(given).next).toBe(next)
  })
})

describe('waiting before the next try', () => {
  type Case = {
    step: string
    name: string
    failures: number
    retry_after_s: number | null
    least_ms: number
    most_ms: number
  }
  it.each(cases<Case>('waits.json'))('$step $name', ({ failures, retry_after_s, least_ms, most_ms }) => {
    for (const random of [0, 0.3, 0.999999]) {
      const wait = protocol.waitMs({ failures, random, retry_after_s })
      expect(wait).toBeGreaterThanOrEqual(least_ms)
      expect(wait).toBeLessThanOrEqual(most_ms)
    }
  })

  const now = Date.parse('2026-11-21T08:00:00Z')

  it('reads Retry-After as seconds or as a date', () => {
    expect(protocol.retryAfterS('120', now)).toBe(120)
    expect(protocol.retryAfterS('Sat, 21 Nov 2026 08:01:00 GMT', now)).toBe(60)
    expect(protocol.retryAfterS('soon', now)).toBeNull()
    expect(protocol.retryAfterS(null, now)).toBeNull()
  })
})

describe('freezing', () => {
  it('gives seq in the order of recording and leaves no gap', () => {
    const entries = [entry({ id: 'second', order: 9 }), entry({ id: 'first', order: 4 })]
    const { frozen, next } = protocol.freeze({ entries, next: 17 })
    expect(frozen.map(({ id, seq, state }) => [id, seq, state])).toEqual([
      ['first', 17, 'waiting'],
      ['second', 18, 'waiting'],
    ])
    expect(next).toBe(19)
  })

  it('never gives a frozen entry another seq', () => {
    const entries = [entry({ state: 'waiting', seq: 3 }), entry({ state: 'received', seq: 2 })]
    expect(protocol.freeze({ entries, next: 4 })).toEqual({ frozen: [], next: 4 })
  })
})

describe('a call', () => {
  it('sends former device ids first, then this one, each by seq', () => {
    const entries = [
      entry({ id: 'mine 2', seq: 2 }),
      entry({ id: 'mine 1', seq: 1 }),
      entry({ id: 'old 41', seq: 41, device_id: 'z former phone' }),
      entry({ id: 'old 40', seq: 40, device_id: 'z former phone' }),
    ]
    const order = protocol.inSendingOrder({ entries, device_id: 'this phone' }).map(({ id }) => id)
    expect(order).toEqual(['old 40', 'old 41', 'mine 1', 'mine 2'])
  })

  it('names the device only where it is not the token’s own', () => {
    const at = { device_id: 'this phone', run: 'this run', now_ms: 4000 }
    expect(protocol.wireEntry({ entry: entry({ seq: 1 }), ...at })).not.toHaveProperty('device_id')
    const former = protocol.wireEntry({ entry: entry({ seq: 40, device_id: 'former' }), ...at })
    expect(former).toMatchObject({ seq: 40, device_id: 'former' })
  })

  it('says in whose name it was entered, by id alone', () => {
    const at = { device_id: 'this phone', run: 'this run', now_ms: 4000 }
    const wire = protocol.wireEntry({ entry: entry({ behalf: { id: 'chen', name: '陈一' } }), ...at })
    expect(wire).toMatchObject({ on_behalf_of: 'chen' })
    expect(JSON.stringify(wire)).not.toContain('陈一')
    expect(protocol.wireEntry({ entry: entry({}), ...at })).not.toHaveProperty('on_behalf_of')
  })

  it('knows the elapsed time only of taps in this page load', () => {
    const at = { run: 'this run', now_ms: 4000.4 }
    expect(protocol.elapsedMs({ entry: entry({}), ...at })).toBe(3000)
    expect(protocol.elapsedMs({ entry: entry({ run: 'yesterday' }), ...at })).toBeNull()
  })

  it('takes at most 25 entries, and always at least one', () => {
    const many = Array.from({ length: 60 }, (_, place) => place)
    expect(protocol.takeBatch(many, () => 10)).toHaveLength(25)
    expect(protocol.takeBatch(many, () => protocol.BATCH_BYTES * 2)).toEqual([0])
    expect(protocol.takeBatch(many, () => protocol.BATCH_BYTES / 3)).toHaveLength(3)
  })

  it('halves without losing one', () => {
    expect(protocol.halves([1, 2, 3])).toEqual([[1, 2], [3]])
    expect(protocol.halves([1, 2])).toEqual([[1], [2]])
  })
})

describe('results', () => {
  it('are matched by id, and by place when the server could not read the id', () => {
    const results = [
      { id: 'b', status: 'accepted' },
      { id: null, status: 'rejected' },
    ]
    const matched = protocol.matchResults(['a', 'b'], results)
    expect(matched.get('b')?.status).toBe('accepted')
    expect(matched.has('a')).toBe(false)
    const placed = protocol.matchResults(['b', 'a'], results)
    expect(placed.get('a')?.status).toBe('rejected')
  })

  it('take position, code and constituent off the phone and leave the rest', () => {
    const body = {
      station_id: 's',
      fix: { lat: 0 },
      no_fix_reason: null,
      station_code: '1',
      constituent: {},
      note: 'n',
    }
    expect(protocol.withoutSecrets(body)).toEqual({ station_id: 's', note: 'n' })
    const anew = { headcount: 2, constituent: { name: '张三', consent: true } }
    const kept = protocol.withoutSecrets({ target_id: 't', changes: anew, reason: 'r' })
    expect(kept).toEqual({ target_id: 't', changes: { headcount: 2, constituent: null }, reason: 'r' })
    expect(anew.constituent.name).toBe('张三')
  })
})

describe('a position', () => {
  const fix = (accuracy_m: number) => ({ lat: 0, lon: 0, accuracy_m, age_s: 0 })

  it('is replaced only by a more exact one', () => {
    expect(protocol.betterFix(null, fix(900)).accuracy_m).toBe(900)
    expect(protocol.betterFix(fix(900), fix(20)).accuracy_m).toBe(20)
    expect(protocol.betterFix(fix(20), fix(900)).accuracy_m).toBe(20)
  })
})

describe('the next try', () => {
  const state = (given: Partial<SyncState>) =>
    ({ paused: null, failure: null, not_before: 500, ...given }) as SyncState
  const may = (occasion: protocol.Occasion, given: Partial<SyncState>, now = 100) =>
    protocol.mayCall({ state: state(given), occasion, now })

  it('is made by a tap, whatever happened', () => {
    expect(may('tap', { paused: 'sign_in' })).toBe(true)
    expect(may('tap', { failure: 'server' })).toBe(true)
  })

  it('waits for its time otherwise', () => {
    expect(may('routine', {})).toBe(false)
    expect(may('routine', {}, 500)).toBe(true)
  })

  it('does not wait for years because the clock was set back', () => {
    expect(may('routine', { not_before: 10 * 24 * 3600_000 })).toBe(true)
  })

  it('is made on coming online when there was no answer, but not against a busy server', () => {
    expect(may('online', { failure: 'unreachable' })).toBe(true)
    expect(may('online', { failure: 'server' })).toBe(false)
  })

  it('is not made while signed out, but for once at start', () => {
    expect(may('routine', { paused: 'sign_in' }, 9999)).toBe(false)
    expect(may('start', { paused: 'sign_in' })).toBe(true)
  })
})

describe('a restored server', () => {
  it('is told by another epoch, or by a reset of a cursor', () => {
    const known = { known: 'one', epoch: 'one', reset: false, cursor: 'c' }
    expect(protocol.asksForSeals(known)).toBe(false)
    expect(protocol.asksForSeals({ ...known, epoch: 'two' })).toBe(true)
    expect(protocol.asksForSeals({ ...known, reset: true })).toBe(true)
    expect(protocol.asksForSeals({ ...known, known: null, cursor: null, reset: true })).toBe(false)
  })

  it('gets back what has a seal, is younger than 30 days and was not given to this epoch', () => {
    const now = protocol.KEEP_MS * 2
    const receipt = {
      person: 'p',
      id: 'young',
      status: 'accepted',
      sealed: 's',
      epoch: 'one',
      stored_at: now - 1000,
    }
    const receipts = [
      receipt,
      { ...receipt, id: 'given', epoch: 'two' },
      { ...receipt, id: 'old', stored_at: now - protocol.KEEP_MS },
      { ...receipt, id: 'bare', sealed: null },
    ]
    expect(protocol.toGiveBack({ receipts, epoch: 'two', now }).map(({ id }) => id)).toEqual(['young'])
    expect(protocol.toGiveBack({ receipts, epoch: null, now })).toEqual([])
  })
})

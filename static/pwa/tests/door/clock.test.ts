import { describe, expect, it } from 'vitest'
import { afterJump, aheadOf, isJump } from '@/door/rules/clock'
import { notesOf, type State } from '@/door/rules/notes'
import { told } from './cast'

const MINUTE = 60_000
const DAY = 86_400_000
const NOON = Date.parse('2026-11-20T04:00:00.000Z')

describe('the tablet’s clock', () => {
  it('is measured at the middle of the call', () => {
    const server_time = '2026-11-20T04:00:00.000Z'
    expect(aheadOf({ server_time, asked_ms: NOON - 5_400, answered_ms: NOON - 4_600 })).toBe(5_000)
  })

  it('that somebody puts right while the screen runs needs no correction any more', () => {
    expect(afterJump({ ahead_ms: 5 * MINUTE, jump_ms: 5 * MINUTE - 2_000 })).toBe(2_000)
    expect(afterJump({ ahead_ms: -5 * MINUTE, jump_ms: -5 * MINUTE })).toBe(0)
  })

  it('that went on while the tablet slept keeps its correction', () => {
    expect(afterJump({ ahead_ms: 5 * MINUTE, jump_ms: 3 * 60 * MINUTE })).toBe(5 * MINUTE)
    expect(afterJump({ ahead_ms: 400, jump_ms: 10_000 })).toBe(400)
  })

  it('is not said to jump by the jitter of a timer', () => {
    expect([200, -900, 6_000, -6_000].map(isJump)).toEqual([false, false, true, true])
  })
})

describe('what the screen says of itself', () => {
  const said = (more: Partial<State> & { ahead_ms?: number }) => {
    const { ahead_ms = 0, ...state } = more
    const kept = { told: told(), ahead_ms }
    return notesOf({ kept, at_ms: NOON, cut: null, may_sleep: false, ...state })
  }

  it('is nothing while all is well', () => {
    expect(said({})).toEqual([])
    expect(said({ ahead_ms: 30_000 })).toEqual([])
  })

  it('names a wrong clock by how much and which way', () => {
    expect(said({ ahead_ms: 45_000 })).toEqual([{ code: 'clock_slow_s', n: 45 }])
    expect(said({ ahead_ms: -5 * MINUTE })).toEqual([{ code: 'clock_fast_min', n: 5 }])
  })

  it('is that the clock went back, when it is earlier than the last call', () => {
    expect(said({ at_ms: NOON - 31_000 })).toEqual([{ code: 'clock_back' }])
    expect(said({ at_ms: NOON - 29_000 })).toEqual([])
  })

  it('is that keys run out, from five days before until they are gone', () => {
    const days = (n: number) => said({ at_ms: Date.parse('2026-12-19T16:00:00Z') - n * DAY })
    expect([days(6), days(5), days(0.5), days(0)]).toEqual([
      [],
      [{ code: 'keys_soon', n: 5 }],
      [{ code: 'keys_soon', n: 1 }],
      [{ code: 'keys_out' }],
    ])
  })

  it('is that it was stopped, and then nothing about keys that are gone', () => {
    expect(said({ cut: 'revoked', kept: null })).toEqual([{ code: 'revoked' }])
    expect(said({ cut: 'unknown' })).toEqual([{ code: 'unknown' }])
    expect(said({ kept: null })).toEqual([{ code: 'no_keys' }])
  })

  it('is that the browser may let it sleep', () => {
    expect(said({ may_sleep: true })).toEqual([{ code: 'stays_awake' }])
  })
})

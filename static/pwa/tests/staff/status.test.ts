import { describe, expect, test } from 'vitest'
import en from '@/staff/status/locales/en.json'
import zh from '@/staff/status/locales/zh-CN.json'
import { advice, needsAdministrator, page, sentence } from '@/staff/status/saying'
import type { State, StatusItem } from '@/staff/status/wire'

const STATES: State[] = ['ok', 'soon', 'now']
const item = (name: string, more: Partial<StatusItem> = {}): StatusItem => ({
  ...{ name, state: 'ok', at: null, count: null },
  ...more,
})
const AT = '2026-11-20T04:00:00.000Z'

describe('a sentence of the status page', () => {
  test('every thing that a server may say has its words, in every state', () => {
    const done = ['backup', 'drill', 'housekeeping'].flatMap((name) =>
      STATES.map((state) => item(name, { state, at: AT })),
    )
    const compared = ['figures', 'chain'].flatMap((name) => [
      item(name, { state: 'ok', at: AT }),
      item(name, { state: 'now', at: AT }),
    ])
    const never = ['backup', 'drill', 'housekeeping', 'figures', 'chain'].map((name) => item(name, { state: 'soon' }))
    const machine = ['disk', 'clock'].flatMap((name) => STATES.map((state) => item(name, { state })))
    const waiting = [
      item('held', { count: 0 }),
      item('held', { count: 3, at: AT }),
      item('held', { count: 3, at: AT, state: 'soon' }),
      item('phones', { count: 0 }),
      item('phones', { count: 2, state: 'soon' }),
    ]
    const said = [...done, ...compared, ...never, ...machine, ...waiting].map(sentence)
    expect(said.filter((key) => !(key in zh))).toEqual([])
    expect(said).toContain('said.backup.never')
  })

  test('what waits for the office leads to its page, all else to the administrator', () => {
    expect(page(item('held', { count: 3, at: AT }))).toBe('/held')
    expect(advice(item('chain', { state: 'now', at: AT }))).toBe('do.chain')
    expect(advice(item('chain', { state: 'soon' }))).toBe('do.housekeeping')
    expect(page(item('held', { count: 0 }))).toBeUndefined()
    expect(needsAdministrator(item('disk', { state: 'now' }))).toBe(true)
    expect(needsAdministrator(item('phones', { state: 'soon', count: 1 }))).toBe(false)
    expect(needsAdministrator(item('backup', { at: AT }))).toBe(false)
  })

  test('both languages have the same words', () => {
    expect(Object.keys(en)).toEqual(Object.keys(zh))
  })
})

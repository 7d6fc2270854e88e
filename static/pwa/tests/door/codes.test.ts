import { describe, expect, it } from 'vitest'
import { codeLink, dayOf, shownAt } from '@/door/rules/codes'
import { dutiesOn } from '@/door/rules/duties'
import type { DayKey } from '@/door/types'
import { readDoorCode, typedDigits } from '@/rules/stationCode'
import { cases } from '../sync/contracts'
import { told } from './cast'

type Case = { name: string; at: string; code: string | null; changes_in_s: number | null }
const shared = cases<unknown>('door-codes.json') as unknown as { day_keys: DayKey[]; cases: Case[] }

describe('the code at the door', () => {
  it.each(shared.cases)('is the server’s: $name', ({ at, code, changes_in_s }) => {
    const shown = shownAt({ day_keys: shared.day_keys, step_s: 30, at_ms: Date.parse(at) })
    expect(shown).toEqual(code === null ? null : { code, changes_in_s })
  })

  it('changes on the second, not before', () => {
    const at_ms = Date.parse('2026-11-20T04:00:30.000Z')
    const at = (ms: number) => shownAt({ day_keys: shared.day_keys, step_s: 30, at_ms: ms })
    expect(at(at_ms - 1)?.code).not.toBe(at(at_ms)?.code)
    expect(at(at_ms - 1)?.changes_in_s).toBe(1)
  })

  it('is read back from its own link, whatever the station is called', () => {
    const link = codeLink({ origin: 'https://x.cn', station: '南山 1/号', code: '012345' })
    expect(readDoorCode(link)).toEqual({ station: '南山 1/号', digits: '012345' })
  })

  it('is read from bare digits, and from nothing else', () => {
    expect(readDoorCode('012345')).toEqual({ station: null, digits: '012345' })
    expect(['https://x.cn/#/enrol/ABCD', '12345', '1234567', ''].map(readDoorCode)).toEqual(
      Array(4).fill(null),
    )
  })

  it('may be typed with spaces and full-width digits', () => {
    expect(['012 345', '０１２３４５', '01234', '01234a'].map(typedDigits)).toEqual([
      '012345',
      '012345',
      null,
      null,
    ])
  })
})

describe('today’s duty', () => {
  const [today, tomorrow, after] = told().day_keys
  const duty = (starts_at: string, ends_at: string) => ({ starts_at, ends_at, name: null })
  const night = duty('2026-11-20T14:00:00Z', '2026-11-20T18:00:00Z') // 22:00 to 02:00 at the station

  it('is that of the station’s day, also where it began the evening before', () => {
    const known = told({ duties: [night, duty('2026-11-21T01:00:00Z', '2026-11-21T04:00:00Z')] })
    expect(dutiesOn(known, today!)).toHaveLength(1)
    expect(dutiesOn(known, tomorrow!)).toHaveLength(2)
  })

  it('is not known past what was told, which is not the same as none', () => {
    expect([tomorrow!, after!].map((day) => dutiesOn(told(), day))).toEqual([[], null])
  })

  it('finds no day where there is no key', () => {
    expect(dayOf(told().day_keys, Date.parse('2027-06-01T00:00:00Z'))).toBeNull()
  })
})

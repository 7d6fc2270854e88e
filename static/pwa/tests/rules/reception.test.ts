import { describe, expect, it } from 'vitest'
import { asCorrected, changesOf, correctableOf, lacksWho } from '@/rules/corrections'
import { answerOf, emptyDraft, receptionOf, redLinesIn } from '@/rules/reception'
import type { Entry } from '@/sync/types'

const now = Date.parse('2026-11-21T07:58:02Z')
const where = { station_id: 's', topic: 'edu', shift_id: null }

describe('a reception', () => {
  it('needs no more than people and topic', () => {
    const body = receptionOf({ draft: emptyDraft(now), ...where })
    expect(body).toMatchObject({ headcount: 1, topic: 'edu', summary: '', constituent: null })
    expect(Date.parse(body.started_at)).toBe(now)
  })

  it('carries name and contact only with the consent mark', () => {
    const draft = { ...emptyDraft(now), name: '张三', contact: '138' }
    expect(receptionOf({ draft, ...where }).constituent).toBeNull()
    const consented = receptionOf({ draft: { ...draft, consent: true }, ...where })
    expect(consented.constituent).toEqual({
      name: '张三',
      contact: '138',
      consent: true,
      consent_version: '1',
    })
  })
})

describe('a correction', () => {
  const body = receptionOf({ draft: emptyDraft(now), ...where })
  const entry = { id: 'r', kind: 'reception', recorded_at: body.started_at, body } as Entry

  it('holds only what was changed', () => {
    const form = { ...correctableOf(entry), headcount: 3 }
    expect(changesOf({ entry, form })).toEqual({ headcount: 3 })
    const answered = { ...correctableOf(entry), answered_on_spot: true, channel: 'phone' as const }
    expect(changesOf({ entry, form: answered })).toEqual({ answered_on_spot: true, channel: 'phone' })
    expect(changesOf({ entry, form: correctableOf(entry) })).toEqual({})
  })

  it('says who was received only anew and with consent, or takes it out', () => {
    const form = { ...correctableOf(entry), who: 'anew' as const, name: '李四' }
    expect(lacksWho(form)).toBe(true)
    const agreed = { ...form, consent: true }
    expect(lacksWho(agreed)).toBe(false)
    expect(changesOf({ entry, form: agreed })).toEqual({
      constituent: { name: '李四', contact: undefined, consent: true, consent_version: '1' },
    })
    expect(changesOf({ entry, form: { ...form, who: 'out' } })).toEqual({ constituent: null })
  })

  it('of the time names the field that the kind has', () => {
    const form = { ...correctableOf(entry), time: now - 3600_000 }
    expect(Object.keys(changesOf({ entry, form }))).toEqual(['started_at'])
    const tap = { ...entry, kind: 'check_in' } as Entry
    expect(Object.keys(changesOf({ entry: tap, form }))).toEqual(['stated_at'])
  })
})

describe('a record after its corrections', () => {
  const entry = { id: 'r', kind: 'reception', recorded_at: '', body: { headcount: 1, summary: '' } } as unknown as Entry
  const said = (id: string, kind: string, target_id: string, minute: number, changes = {}) =>
    ({ id, kind, recorded_at: `2026-11-21T08:0${minute}:00+08:00`, body: { target_id, changes } }) as unknown as Entry

  it('says what was said last', () => {
    const later = [
      said('b', 'correction', 'r', 2, { summary: '后写' }),
      said('a', 'correction', 'r', 1, { summary: '先写', headcount: 2 }),
      said('c', 'correction', 'another', 3, { summary: '别的' }),
    ]
    expect(asCorrected(entry, later).body).toEqual({ headcount: 2, summary: '后写' })
  })

  it('leaves out a correction that was withdrawn or closed', () => {
    const later = [
      said('a', 'correction', 'r', 1, { summary: '先写' }),
      said('w', 'withdrawal', 'a', 2),
      { ...said('b', 'correction', 'r', 3, { headcount: 9 }), state: 'closed' } as Entry,
    ]
    expect(asCorrected(entry, later).body).toEqual({ headcount: 1, summary: '' })
  })
})

describe('the red line', () => {
  it('is told by words of the summary, and by more than one', () => {
    expect(redLinesIn('夜里施工噪音，已打110')).toEqual(['hotline', 'police'])
    expect(redLinesIn('去法院起诉，也去信访')).toEqual(['petition', 'court'])
    expect(redLinesIn('希望增加校车')).toEqual([])
  })

})

describe('the answer', () => {
  it('is one of three, and a wanted reply goes first', () => {
    const draft = emptyDraft(now)
    expect(answerOf(draft)).toBe('none')
    expect(answerOf({ ...draft, answered_on_spot: true })).toBe('spot')
    expect(answerOf({ ...draft, answered_on_spot: true, wants_reply: true })).toBe('reply')
  })
})

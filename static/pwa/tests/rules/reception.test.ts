import { describe, expect, it } from 'vitest'
import { changesOf, correctableOf } from '@/rules/corrections'
import { emptyDraft, receptionOf } from '@/rules/reception'
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
    expect(changesOf({ entry, form: correctableOf(entry) })).toEqual({})
  })

  it('of the time names the field that the kind has', () => {
    const form = { ...correctableOf(entry), time: now - 3600_000 }
    expect(Object.keys(changesOf({ entry, form }))).toEqual(['started_at'])
    const tap = { ...entry, kind: 'check_in' } as Entry
    expect(Object.keys(changesOf({ entry: tap, form }))).toEqual(['stated_at'])
  })
})

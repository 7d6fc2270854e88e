import { describe, expect, it } from 'vitest'
import { amendmentOf, faults, hasTime, isEmpty, knownKind, removable, typedOf } from '@/staff/rules/amendments'
import { amendmentLines } from '@/staff/rules/contentLines'
import type { HeldEntry } from '@/staff/wire'

const reception = {
  station_id: 's1',
  started_at: '2026-11-21T15:58:02.113+08:00',
  channel: 'walk_in',
  party_kind: 'person',
  headcount: 0,
  topic: 'housing',
  summary: '漏水',
  answered_on_spot: true,
  wants_reply: false,
  mood: 'sunny',
  constituent: '＊＊＊',
}

const held = (body: unknown, more: Partial<HeldEntry> = {}, envelope = {}): HeldEntry => ({
  id: 'e1',
  content_hash: 'h',
  receipt_no: 7,
  code: 'entry.invalid',
  message: '',
  kind: 'reception',
  held_at: '2026-11-21T08:00:00Z',
  station_id: 's1',
  station_name: '粤海站',
  member_name: '李委员',
  author_name: null,
  content: { recorded_at: '2026-11-21T15:58:02.113+08:00', body, ...envelope },
  state: 'waiting',
  reason: null,
  settled_at: null,
  settled_by_name: null,
  has_constituent: false,
  amendment: null,
  ...more,
})

const form = (entry: HeldEntry, typed: Record<string, string>, removed: string[] = []) => {
  const before = typedOf(entry, entry.kind)
  return amendmentOf(entry, {
    kind: entry.kind,
    recorded_at: '',
    before,
    typed: { ...before, ...typed },
    removed,
  })
}

describe('putting an entry right', () => {
  const entry = held(reception)

  it('sends only what was changed, each in its own type', () => {
    const typed = { headcount: '3', wants_reply: 'true', started_at: '2026-11-21T14:00', topic: 'housing' }
    expect(form(entry, typed).body).toEqual({
      headcount: 3,
      wants_reply: true,
      started_at: '2026-11-21T14:00:00+08:00',
    })
  })

  it('sends nothing when nothing was changed, however the phone wrote it', () => {
    expect(isEmpty(form(entry, {}))).toBe(true)
  })

  it('takes an emptied field out', () => {
    expect(form(entry, { summary: ' ' }).body).toEqual({ summary: null })
  })

  it('offers to take out what this kind does not have, and a name', () => {
    expect(removable(entry, 'reception')).toEqual(['mood', 'constituent'])
    expect(form(entry, {}, ['mood']).body).toEqual({ mood: null })
  })

  it('shows times in the network’s time zone, and nothing for what is no time', () => {
    expect(typedOf(entry, 'reception').started_at).toBe('2026-11-21T15:58')
    expect(typedOf(held({ started_at: 'nine' }), 'reception').started_at).toBe('')
  })

  it('survives a body that is none', () => {
    for (const body of [null, 7, 'x']) expect(typedOf(held(body), 'reception').headcount).toBe('')
  })

  it('asks for a kind and a time only where the phone’s can’t be read', () => {
    expect(knownKind(held({}, { kind: 'dance' }))).toBeNull()
    expect(knownKind(entry)).toBe('reception')
    expect(hasTime(entry)).toBe(true)
    expect(hasTime(held({}, {}, { recorded_at: 'yesterday' }))).toBe(false)
    const given = { kind: 'check_in', recorded_at: '2026-11-20T09:00', before: {}, typed: {}, removed: [] }
    expect(amendmentOf(held({}, { kind: 'dance' }), given)).toEqual({
      kind: 'check_in',
      recorded_at: '2026-11-20T09:00:00+08:00',
      body: {},
    })
  })
})

describe('what is still wrong', () => {
  it('is one sentence a field, however deep the server says it', () => {
    expect(faults({ headcount: ['应在 1 至 100000 之间。'], body: { note: ['最多 2000 个字。'] } })).toEqual([
      ['headcount', '应在 1 至 100000 之间。'],
      ['body', '最多 2000 个字。'],
    ])
  })
})

describe('what was put right', () => {
  it('is told in words, with the station’s name', () => {
    const amendment = { kind: 'reception', body: { station_id: 's1', headcount: 3, mood: null } }
    const lines = amendmentLines(held(reception, { amendment, state: 'released' }))
    expect(lines.map(({ name, value }) => `${name} ${value}`)).toEqual([
      '类别 接待',
      '站点 粤海站',
      '人数 3',
      'mood 已去掉',
    ])
  })
})

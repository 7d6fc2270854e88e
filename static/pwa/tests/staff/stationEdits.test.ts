import { describe, expect, it } from 'vitest'
import type { Conflict, Fields } from '@/staff/editing/wire'
import {
  changedFields,
  chosenOf,
  differing,
  faultyFields,
  itemsOf,
  sayValue,
  type Saying,
} from '@/staff/rules/stationEdits'

const UNMET = { met: false, checker: null, confirmed_on: null, proof: null }
const before: Fields = {
  name: '粤海站',
  address: null,
  fence_radius_m: 300,
  serves_street: true,
  'item.统一标识': UNMET,
}

describe('an edit of a station', () => {
  it('says only what differs, and nothing for what was typed and taken back', () => {
    expect(changedFields(before, structuredClone(before))).toEqual({})
    expect(changedFields(before, { ...before, name: ' 粤海站 ', address: ' ' })).toEqual({})
    expect(changedFields(before, { ...before, address: ' 甲路 ', serves_street: false })).toEqual({
      address: '甲路',
      serves_street: false,
    })
  })

  it('says a whole item when a part of it changed', () => {
    const met = { met: true, checker: ' 李 ', confirmed_on: '2026-11-01', proof: '' }
    expect(changedFields(before, { ...before, 'item.统一标识': met })).toEqual({
      'item.统一标识': { met: true, checker: '李', confirmed_on: '2026-11-01', proof: null },
    })
    expect(itemsOf(before)).toEqual([['统一标识', UNMET]])
  })

  it('names the fields at fault, whichever part of the request they came in', () => {
    const json = { changes: { name: ['必填。'] }, items: { 统一标识: { value: {} } }, reason: ['必填。'] }
    expect(Object.keys(faultyFields({ json }))).toEqual(['reason', 'name', '统一标识'])
    expect(faultyFields({ area_id: ['没有'] })).toEqual({ area_id: ['没有'] })
  })
})

describe('two wordings of the same station', () => {
  const conflict: Conflict = {
    version: 4,
    theirs: { name: '甲', address: '同', 'item.统一标识': UNMET },
    yours: { name: '乙', address: '同', 'item.统一标识': { ...UNMET, met: true } },
  }

  it('are told apart only where they differ', () => {
    expect(differing(conflict)).toEqual(['name', 'item.统一标识'])
  })

  it('leave of one’s own what was chosen', () => {
    expect(chosenOf(conflict, ['name'])).toEqual({ name: '乙' })
    expect(chosenOf(conflict, [])).toEqual({})
  })
})

describe('a value', () => {
  const say: Saying = {
    none: '空',
    yes: '是',
    no: '否',
    notMet: '未达到',
    status: (status) => `[${status}]`,
    kind: (kind) => `<${kind}>`,
    role: (role) => role,
  }
  const areas = [{ id: 'a1', name: '东片' }]

  it.each([
    ['name', null, '空'],
    ['serves_street', false, '否'],
    ['area_id', 'a1', '东片'],
    ['area_id', 'gone', 'gone'],
    ['status', 'open', '[open]'],
    ['kind', 'studio', '<studio>'],
    ['fence_radius_m', 300, '300'],
    ['item.统一标识', UNMET, '未达到'],
    ['item.统一标识', { met: true, checker: '李', confirmed_on: '2026-11-01', proof: null }, '是 · 2026-11-01 · 李'],
  ])('of %s is said in words: %j', (name, value, said) => {
    expect(sayValue(name, value, areas, say)).toBe(said)
  })
})

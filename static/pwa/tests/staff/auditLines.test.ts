import { expect, it } from 'vitest'
import { exactly, halfOpen, linesOf } from '@/staff/audit/lines'
import en from '@/staff/audit/locales/en.json'
import zh from '@/staff/audit/locales/zh-CN.json'
import { fieldText, valueText } from '@/staff/audit/words'
import { shiftDay } from '@/staff/rules/figures'

it('each field stands once, with what was there before and after', () => {
  const event = { before: { name: '甲', status: 'open' }, after: { name: '乙', note: null } }
  expect(linesOf(event)).toEqual([
    { name: 'name', before: '甲', after: '乙' },
    { name: 'status', before: 'open', after: null },
    { name: 'note', before: null, after: '—' },
  ])
})

it('what is no text is told as it was sent', () => {
  expect(linesOf({ before: null, after: { met: true, days: 0, item: { checker: '王' } } })).toEqual([
    { name: 'met', before: null, after: 'true' },
    { name: 'days', before: null, after: '0' },
    { name: 'item', before: null, after: '{"checker":"王"}' },
  ])
  expect(linesOf({ before: null, after: null })).toEqual([])
})

it('fields and values stand in the words of the page, thresholds one by one', () => {
  const after = { purpose: 'enrol', role: 'liaison', kind: 'reception', thresholds: { kept_share: 0.8 } }
  const lines = linesOf({ before: null, after }, valueText)
  expect(lines.map(({ name, after }) => `${fieldText(name)}：${after}`)).toEqual([
    '用途：登记手机',
    '角色：联络员',
    '类型：reception',
    '排定的班次至少完成多少（%）：80%',
  ])
})

it('a moment is told with its year and second, as clocks here show it', () => {
  expect(exactly('2026-12-31T16:00:05Z')).toBe('2027-01-01 00:00:05')
})

it('the last day that an auditor names is included', () => {
  expect(halfOpen('2026-11-30', shiftDay)).toBe('2026-12-01')
  expect(halfOpen('', shiftDay)).toBe('')
})

it('every deed has a name in both languages', () => {
  expect(Object.keys(en)).toEqual(Object.keys(zh))
})

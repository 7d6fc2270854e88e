import { expect, it } from 'vitest'
import { lackingOf, NEW_PERSON, offered, rolesOf, withChosen } from '@/staff/rules/people'
import { sayValue, type Saying } from '@/staff/rules/stationEdits'

const say: Saying = {
  none: '（空）',
  yes: '是',
  no: '否',
  notMet: '未达到',
  status: (status) => status,
  kind: (kind) => kind,
  role: (role) => `role ${role}`,
}
const names = [
  { id: 's1', name: '甲站' },
  { id: 's2', name: '乙站' },
  { id: 'health', name: '医药卫生界' },
]

it('says people and rules in names and percents', () => {
  expect(sayValue('stations', ['s1', 's2', 's9'], names, say)).toBe('甲站、乙站、s9')
  expect(sayValue('stations', [], names, say)).toBe('（空）')
  expect(sayValue('sector', 'health', names, say)).toBe('医药卫生界')
  expect(sayValue('role', 'liaison', names, say)).toBe('role liaison')
  expect(sayValue('disabled', true, names, say)).toBe('是')
  expect(sayValue('kept_share', 0.57, [], say)).toBe('57%')
  expect(sayValue('standard', ['有场所', '有标牌'], [], say)).toBe('有场所、有标牌')
})

it('keeps a role that this person of staff may not give, and offers no other', () => {
  expect(rolesOf(['member', 'liaison'], 'member')).toEqual(['member', 'liaison'])
  expect(rolesOf(['member', 'liaison'], 'auditor')).toEqual(['auditor', 'member', 'liaison'])
})

it('wants a name, and a district of a district officer', () => {
  expect(lackingOf(NEW_PERSON)).toEqual(['name'])
  expect(lackingOf({ ...NEW_PERSON, name: '甲', role: 'district_office' })).toEqual(['division_id'])
  expect(lackingOf({ ...NEW_PERSON, name: '甲' })).toEqual([])
})

it('offers the first stations that are not chosen yet', () => {
  expect(offered(names, ['s1'], 1)).toEqual([{ id: 's2', name: '乙站' }])
})

it('keeps what is chosen among what was found', () => {
  const chosen = { id: 's9', name: '丙站' }
  expect(withChosen(names.slice(0, 1), chosen).map(({ id }) => id)).toEqual(['s9', 's1'])
  expect(withChosen([...names, chosen], chosen)).toHaveLength(4)
  expect(withChosen(names, { id: '', name: '' })).toBe(names)
})

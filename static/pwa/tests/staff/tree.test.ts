import { describe, expect, it } from 'vitest'
import type { Line } from '@/staff/rules/rows'
import { branchesOf, wholeBranch, type Below } from '@/staff/rules/tree'
import { row } from './cast'

const line = (key: string, stations = 1): Line => ({ ...row({ key, name: key, stations }), code: '', place: '', rank: 0 })
const inside: Record<string, string[]> = { luohu: ['guiyuan', 'sungang'], guiyuan: ['s1', 's2'] }
const below: Below = (_, key) => (inside[key] ?? []).map((each) => line(each))

describe('the tree', () => {
  const shown = (...open: string[]) =>
    branchesOf([line('luohu'), line('futian')], 'district', new Set(open), below).map(
      ({ line: { key }, by, depth }) => `${depth} ${by} ${key}`,
    )

  it('shows the table’s own rows while nothing is open', () => {
    expect(shown()).toEqual(['0 district luohu', '0 district futian'])
  })

  it('opens streets and their stations in place', () => {
    expect(shown('luohu', 'guiyuan')).toEqual([
      '0 district luohu',
      '1 street guiyuan',
      '2 station s1',
      '2 station s2',
      '1 street sungang',
      '0 district futian',
    ])
  })

  it('keeps a street closed whose district is closed', () => {
    expect(shown('guiyuan')).toEqual(shown())
  })

  it('opens neither a station, nor a place without any, nor a sector', () => {
    const opens = (by: 'district' | 'station' | 'sector', stations = 1) =>
      branchesOf([line('x', stations)], by, new Set(), below)[0]!.opens
    expect([opens('district'), opens('district', 0), opens('station'), opens('sector')]).toEqual([
      true,
      false,
      false,
      false,
    ])
  })

  it('names the whole by the place that is looked at', () => {
    expect(wholeBranch(row({ name: '深圳市' }), [1], '罗湖区').line).toMatchObject({ name: '罗湖区', weeks: [1] })
    expect(wholeBranch(row({ name: '深圳市' }), [], '').line.name).toBe('深圳市')
  })
})

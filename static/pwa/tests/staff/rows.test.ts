import { describe, expect, it } from 'vitest'
import { columnsFor } from '@/staff/rules/columns'
import { nextSort, pageOf, search, sorted, type Line } from '@/staff/rules/rows'
import { row } from './cast'

const line = (name: string, part: Parameters<typeof row>[0] = {}): Line => ({
  ...row({ key: name, name, ...part }),
  code: `SZ-${name}`,
  place: '罗湖区',
  rank: 0,
})
const names = (lines: Line[]) => lines.map(({ name }) => name)
const columns = columnsFor('district')

describe('the table’s lines', () => {
  it('are found by name, code or district, also in full-width letters', () => {
    const lines = [line('桂园'), line('东门')]
    expect(names(search(lines, '桂'))).toEqual(['桂园'])
    expect(names(search(lines, 'ｓｚ－东'))).toEqual(['东门'])
    expect(names(search(lines, ' 罗湖 '))).toEqual(['桂园', '东门'])
    expect(search(lines, '福田')).toEqual([])
  })

  it('are sorted both ways, with unknown figures last either way', () => {
    const lines = [line('a', { gap: null }), line('b', { gap: 0.1 }), line('c', { gap: 0.3 })]
    expect(names(sorted(lines, columns, '-gap'))).toEqual(['c', 'b', 'a'])
    expect(names(sorted(lines, columns, 'gap'))).toEqual(['b', 'c', 'a'])
  })

  it('keep the server’s order for an unknown column', () => {
    expect(names(sorted([line('b'), line('a')], columns, '-nonsense'))).toEqual(['b', 'a'])
  })

  it('sort by low: what silent phones may add does not lift a line', () => {
    const lines = [line('a', { shifts: { low: 3, high: 9 } }), line('b', { shifts: { low: 4, high: 4 } })]
    expect(names(sorted(lines, columns, '-shifts'))).toEqual(['b', 'a'])
  })

  it('turn a head from falling to rising to unsorted', () => {
    expect(nextSort('', 'gap')).toBe('-gap')
    expect(nextSort('-gap', 'gap')).toBe('gap')
    expect(nextSort('gap', 'gap')).toBe('')
    expect(nextSort('gap', 'name')).toBe('-name')
  })

  it('show the last page when the address asks for one beyond', () => {
    expect(pageOf([1, 2, 3, 4, 5], 9, 2)).toEqual({ pages: 3, current: 3, lines: [5] })
    expect(pageOf([], 1, 2)).toEqual({ pages: 1, current: 1, lines: [] })
  })
})

describe('cells', () => {
  const text = (key: string, part: Parameters<typeof row>[0]) =>
    columnsFor('area')
      .find((column) => column.key === key)!
      .text(line('a', part))

  it('print what silent phones may add beside the headline', () => {
    const streets = { streets: 6, streets_effective: 4, streets_effective_high: 5 }
    expect(text('streets_effective', streets)).toBe('4/6 +1')
    expect(text('effective_rate', { effective_rate: 4 / 6, effective_rate_high: 5 / 6 })).toBe('66.7–83.3%')
  })

  it('print a dash where a figure has no meaning', () => {
    expect(text('streets_tangible', {})).toBe('—')
    expect(text('gap', {})).toBe('—')
  })
})

import { describe, expect, it } from 'vitest'
import { cellsOf, levelOf, monthsOf } from '@/staff/rules/calendar'
import { shiftDay } from '@/staff/rules/figures'
import { day } from './cast'

describe('the calendar of days', () => {
  it('puts Monday on top and begins a column each week', () => {
    const cells = cellsOf([day('2026-11-21'), day('2026-11-22'), day('2026-11-23')])
    expect(cells.map(({ column, row }) => [column, row])).toEqual([
      [0, 5],
      [0, 6],
      [1, 0],
    ])
  })

  it('tells hours from mere records, and both from nothing', () => {
    const hours = (low: number) => ({ duty_hours: { low, high: low } })
    expect(levelOf(day('2026-11-21'))).toBe(0)
    expect(levelOf(day('2026-11-21', { check_ins: 1 }))).toBe(1)
    expect(levelOf(day('2026-11-21', hours(2.9)))).toBe(2)
    expect(levelOf(day('2026-11-21', hours(3)))).toBe(3)
  })

  it('writes no two months over one another', () => {
    const days = Array.from({ length: 40 }, (_, index) => day(shiftDay('2026-10-29', index)))
    expect(monthsOf(cellsOf(days)).map(({ month }) => month)).toEqual([11, 12])
  })

  it('has no cell without a day', () => {
    expect(cellsOf([])).toEqual([])
  })
})

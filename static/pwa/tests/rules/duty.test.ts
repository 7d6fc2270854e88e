import { describe, expect, it } from 'vitest'
import { comingTurns, daysUntil, othersByDay } from '@/rules/duty'

const now = new Date(2026, 10, 21, 10, 0).getTime()
const at = (day: number, hour: number) => new Date(2026, 10, day, hour).toISOString()
const plan = (id: string, day: number) => ({
  id,
  station_id: 's',
  starts_at: at(day, 9),
  ends_at: at(day, 12),
})

describe('the duty plan', () => {
  it('shows what goes on and what comes, next first', () => {
    const rows = ['past', 'later', 'today'].map((id, place) => ({ id, data: plan(id, [20, 25, 21][place]!) }))
    expect(comingTurns(rows, now).map(({ id }) => id)).toEqual(['today', 'later'])
  })

  it('shows the others by day, and one’s own turns above them only', () => {
    const told = [
      { ...plan('mine', 22), member_name: 'me', is_own: true },
      { ...plan('b', 23), member_name: 'b', is_own: false },
      { ...plan('a', 22), member_name: 'a', is_own: false },
      { ...plan('c', 23), member_name: 'c', is_own: false },
      { ...plan('gone', 20), member_name: 'x', is_own: false },
    ]
    const names = othersByDay(told, now).map((day) => day.map(({ member_name }) => member_name))
    expect(names).toEqual([['a'], ['b', 'c']])
  })

  it('counts days by midnight and not by hours', () => {
    expect(daysUntil(new Date(2026, 10, 21, 23).getTime(), now)).toBe(0)
    expect(daysUntil(new Date(2026, 10, 22, 1).getTime(), now)).toBe(1)
  })
})

import { describe, expect, it } from 'vitest'
import { onDuty, peopleFor, stateOfTurn, type Planned, type Present } from '@/rules/liaisonDay'

const at = (time: string) => `2026-11-21T${time}:00+08:00`
const now = (time: string) => Date.parse(at(time))
const turn = (since: string | null): Planned => ({
  id: 't',
  station_id: 's',
  member_id: 'm',
  member_name: '陈一',
  starts_at: at('09:00'),
  ends_at: at('12:00'),
  since: since && at(since),
})

describe('a planned turn', () => {
  it('says what is known, and never more', () => {
    const told = (since: string | null, time: string) => stateOfTurn(turn(since), now(time))
    expect(told(null, '08:59')).toBe('later')
    expect(told(null, '09:00')).toBe('due')
    expect(told(null, '12:00')).toBe('over')
    expect(told('08:40', '08:50')).toBe('came')
  })
})

describe('on duty now', () => {
  const shift = (more: Partial<Present>): Present => ({
    id: 'x',
    kind: 'shift',
    station_id: 's',
    member_id: 'm',
    member_name: '陈一',
    started_at: at('09:00'),
    ended_at: null,
    closes_at: at('12:00'),
    ...more,
  })

  it('is a shift that neither a person nor the rule has ended', () => {
    const rows = [
      shift({ id: 'on' }),
      shift({ id: 'ended', ended_at: at('10:00') }),
      shift({ id: 'by rule', closes_at: at('10:00') }),
      shift({ id: 'check-in', kind: 'check_in', closes_at: null }),
    ]
    expect(onDuty(rows, now('11:00')).map(({ id }) => id)).toEqual(['on'])
  })
})

it('the people of the chosen station come first', () => {
  const people = [
    { id: 'a', name: '甲', station_ids: ['x'] },
    { id: 'b', name: '乙', station_ids: ['s', 'x'] },
  ]
  expect(peopleFor(people, 's').map(({ id }) => id)).toEqual(['b', 'a'])
  expect(peopleFor(people, null).map(({ id }) => id)).toEqual(['a', 'b'])
})

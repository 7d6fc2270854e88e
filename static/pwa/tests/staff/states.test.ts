import { describe, expect, it } from 'vitest'
import { SHAPES, STATES, stateOf, stateOfStreet, type StationState } from '@/staff/rules/states'
import { row } from './cast'

const CASES: [StationState, Parameters<typeof row>[0], string][] = [
  ['closed', { effective: 1, tangible: 1 }, 'closed'],
  ['effective', { effective: 1, tangible: 1 }, 'open'],
  ['dormant', { tangible: 1, dormant: 1 }, 'open'],
  ['new', { tangible: 1, not_judged: 1 }, 'open'],
  ['tangible_only', { tangible: 1 }, 'open'],
  ['failing', {}, 'open'],
  ['not_judged', { stations: 0 }, 'planned'],
]

describe('the state of a station', () => {
  it.each(CASES)('is %s', (state, part, status) => {
    expect(stateOf(row(part), status)).toBe(state)
  })

  it('has a shape of its own, so that it reads without colour', () => {
    const shapes = STATES.map((state) => JSON.stringify(SHAPES[state]))
    expect(new Set(shapes).size).toBe(STATES.length)
  })
})

describe('the state of a street', () => {
  it('is served, only marked by a sign, lacking, or without a station', () => {
    const streets = { streets: 1, streets_effective: 0, streets_tangible: 0 }
    expect(stateOfStreet(row({ ...streets, streets_effective: 1, streets_tangible: 1 }))).toBe('effective')
    expect(stateOfStreet(row({ ...streets, streets_tangible: 1 }))).toBe('tangible_only')
    expect(stateOfStreet(row(streets))).toBe('failing')
    expect(stateOfStreet(row({ ...streets, stations: 0 }))).toBeUndefined()
  })
})

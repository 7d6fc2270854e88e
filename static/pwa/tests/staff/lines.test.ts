import { describe, expect, it } from 'vitest'
import { placesOf, shadeOf, stationLines } from '@/staff/rules/lines'
import type { Division, Station } from '@/staff/wire'
import { row } from './cast'

const divisions: Division[] = [
  { id: 'sz', code: '440300', name: '深圳市', level: 'city', parent_id: null },
  { id: 'lh', code: '440303', name: '罗湖区', level: 'district', parent_id: 'sz' },
  { id: 'gy', code: '440303001', name: '桂园街道', level: 'street', parent_id: 'lh' },
]
const places = placesOf(divisions)
const station = (id: string, division_id: string): Station => ({
  id,
  code: id,
  name: id,
  kind: 'workstation',
  level: 'street',
  division_id,
  division_path: [],
  sector: null,
  address: null,
  lat: 22.5,
  lon: 114,
  serves_street: true,
  status: 'open',
  opening_hours: null,
})

describe('places', () => {
  it('name the district of a street, and the way down to it', () => {
    expect(places.districtOf('gy')?.name).toBe('罗湖区')
    expect(places.districtOf('sz')).toBeUndefined()
    expect(places.trailOf('gy').map(({ id }) => id)).toEqual(['sz', 'lh', 'gy'])
  })
})

describe('points on the map', () => {
  it('are only stations of which the reader may see figures', () => {
    const lines = stationLines([row({ key: 'a' })], [station('a', 'gy'), station('b', 'gy')], places)
    expect(lines.map(({ key, place, state }) => [key, place, state])).toEqual([['a', '罗湖区', 'failing']])
  })
})

describe('shades of districts', () => {
  it('have four steps, and none where there is no rate', () => {
    expect([0, 0.5, 0.75, 0.9, 1].map(shadeOf)).toEqual([0, 1, 2, 3, 3])
    expect(shadeOf(null)).toBeNull()
  })
})

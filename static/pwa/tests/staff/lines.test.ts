import { describe, expect, it } from 'vitest'
import { placesOf, shadeOf, spotsOf, stationLines } from '@/staff/rules/lines'
import type { Division, MapPoint } from '@/staff/wire'
import { row } from './cast'

const divisions: Division[] = [
  { id: 'sz', code: '440300', name: '深圳市', level: 'city', parent_id: null },
  { id: 'lh', code: '440303', name: '罗湖区', level: 'district', parent_id: 'sz' },
  { id: 'gy', code: '440303001', name: '桂园街道', level: 'street', parent_id: 'lh' },
]
const places = placesOf(divisions)
const point = (id: string): MapPoint => [id, id, `站 ${id}`, 22.5, 114, 'failing', 1 | 8]
const spots = spotsOf({ divisions: [{ division_id: 'gy', stations: [point('a'), point('b')] }] }, places)

describe('places', () => {
  it('name the district of a street, and the way down to it', () => {
    expect(places.districtOf('gy')?.name).toBe('罗湖区')
    expect(places.districtOf('sz')).toBeUndefined()
    expect(places.trailOf('gy').map(({ id }) => id)).toEqual(['sz', 'lh', 'gy'])
  })
})

describe('points on the map', () => {
  it('know their district, the way down to them, their state and which figures count them', () => {
    const [{ key, place, path, state, stations, tangible, dormant }] = spots as [(typeof spots)[number]]
    expect([key, place, path, state]).toEqual(['a', '罗湖区', ['sz', 'lh', 'gy'], 'failing'])
    expect([stations, tangible, dormant]).toEqual([1, 0, 1])
  })

  it('become rows where their figures are there', () => {
    const lines = stationLines([row({ key: 'b', stations: 1, tangible: 1 })], spots)
    expect(lines.map(({ key, tangible, lat }) => [key, tangible, lat])).toEqual([['b', 1, 22.5]])
  })
})

describe('shades of districts', () => {
  it('have four steps, and none where there is no rate', () => {
    expect([0, 0.5, 0.75, 0.9, 1].map(shadeOf)).toEqual([0, 1, 2, 3, 3])
    expect(shadeOf(null)).toBeNull()
  })
})

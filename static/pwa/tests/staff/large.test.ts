import { expect, it } from 'vitest'
import { MANY_STATIONS, sizeOf } from '@/staff/rules/large'
import type { MapPoint } from '@/staff/wire'

const point: MapPoint = ['s', '0001', '桂园站', 22.5, 114, 'effective', 7]
const points = (stations: number, within: string) => ({
  within,
  divisions: [{ division_id: 'guiyuan', stations: Array.from({ length: stations }, () => point) }],
})

it('says how much there is only of the place that the points are of', () => {
  expect(sizeOf(null, '')).toBe('unknown')
  expect(sizeOf(points(24, 'luohu'), 'luohu')).toBe('small')
  expect(sizeOf(points(24, 'luohu'), '')).toBe('unknown')
  expect(sizeOf(points(MANY_STATIONS, ''), '')).toBe('small')
  expect(sizeOf(points(MANY_STATIONS + 1, ''), '')).toBe('large')
})

import { describe, expect, it } from 'vitest'
import { directionTo, distanceM, roundedDistance } from '@/rules/distance'

const here = { lat: 22.5431, lon: 114.0579 }

describe('distance', () => {
  it('is nought to the same place, also at 0, 0', () => {
    expect(distanceM(here, here)).toBe(0)
    expect(distanceM({ lat: 0, lon: 0 }, { lat: 0, lon: 0 })).toBe(0)
  })

  it('is within half a percent of the geodesic one', () => {
    const geodesic = 24_436 // geopy: 22.5431, 114.0579 to 22.7200, 114.2000
    expect(Math.abs(distanceM(here, { lat: 22.72, lon: 114.2 }) / geodesic - 1)).toBeLessThan(0.005)
  })

  it.each([
    [{ lat: 22.6, lon: 114.0579 }, 'north'],
    [{ lat: 22.5431, lon: 114.2 }, 'east'],
    [{ lat: 22.4, lon: 113.9 }, 'southwest'],
    [{ lat: 22.6, lon: 114.0 }, 'northwest'],
  ])('knows the way to %o', (there, way) => {
    expect(directionTo(here, there)).toBe(way)
  })

  it.each([
    [0, 'm', 0],
    [123, 'm', 120],
    [994, 'm', 990],
    [996, 'km', 1],
    [5610, 'km', 5.6],
    [123_456, 'km', 123],
  ])('%d metres are said shortly', (metres, unit, value) => {
    expect(roundedDistance(metres)).toEqual({ unit, value })
  })
})

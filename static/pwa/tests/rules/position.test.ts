import { describe, expect, it } from 'vitest'
import { believed, isInFence, isOutside } from '@/rules/position'

const known = { lat: 22.5431, lon: 114.0579, accuracy_m: 20, taken_at: 1_000_000 }
const later = (seconds: number, accuracy_m: number, north_m = 0) => ({
  ...known,
  lat: known.lat + north_m / 111_195,
  accuracy_m,
  taken_at: known.taken_at + seconds * 1000,
})

describe('a position', () => {
  it('is taken when it is the first, finer or much later', () => {
    for (const [last, found] of [
      [null, known],
      [known, later(1, 10)],
      [known, later(1, 20, 5000)],
      [known, later(31, 3000)],
    ] as const)
      expect(believed(last, found)).toBe(found)
  })

  it('is not given up for a rougher one of the same place, nor for a jump', () => {
    expect(believed(known, later(5, 1500, 900))).toBe(known)
    expect(believed(known, later(5, 100, 5000))).toBe(known)
  })

  it('that one can have reached is taken though it is rougher', () => {
    const found = later(10, 30, 200)
    expect(believed(known, found)).toBe(found)
  })

  it('is outside only with all its uncertainty, and a fence is 300 m where none was said', () => {
    expect(isOutside({ distance_m: 400 }, 150)).toBe(false)
    expect(isOutside({ distance_m: 460 }, 150)).toBe(true)
    expect(isOutside({ distance_m: null }, 150)).toBe(false)
    expect([isInFence({ distance_m: 300 }), isInFence({ distance_m: 60, fence_radius_m: 50 })]).toEqual([true, false])
  })
})

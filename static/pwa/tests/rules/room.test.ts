import { describe, expect, it } from 'vitest'
import { roomOf } from '@/rules/room'

const MB = 1_000_000
const of = (usage: number, quota: number, fits: boolean | null = true) =>
  roomOf({ estimate: { usage, quota }, fits, refused: false })

describe('the phone’s storage', () => {
  it('is ample on an ordinary phone', () => {
    expect(of(3 * MB, 20_000 * MB)).toBe('ample')
    expect(of(3 * MB, 60 * MB)).toBe('ample')
  })

  it('is short when little is left by the browser’s estimate', () => {
    expect(of(45 * MB, 60 * MB)).toBe('short')
    expect(of(19_000 * MB, 20_000 * MB)).toBe('short')
    expect(of(61 * MB, 60 * MB)).toBe('short')
  })

  it('is short when a trial did not fit, whatever the browser estimates', () => {
    expect(of(3 * MB, 20_000 * MB, false)).toBe('short')
    expect(of(0, 0, false)).toBe('short')
  })

  it('is gone when a record was refused', () => {
    expect(roomOf({ estimate: { usage: 0, quota: 20_000 * MB }, fits: true, refused: true })).toBe('none')
  })

  it('is not talked about where the browser does not tell', () => {
    expect(roomOf({ estimate: {}, fits: null, refused: false })).toBe('ample')
    expect(of(0, 0)).toBe('ample')
  })
})

import { describe, expect, it } from 'vitest'
import { isPin, pinOf } from '@/rules/pin'

describe('a PIN', () => {
  it.each(['1357', '24680', '112233', '１３５７', ' 1357 '])('may be typed as “%s”', (typed) =>
    expect(isPin(pinOf(typed))).toBe(true),
  )

  it.each(['', '135', '1234567', '13a7', '13 57', '一二三四'])('is not “%s”', (typed) =>
    expect(isPin(pinOf(typed))).toBe(false),
  )

  it('typed in full width is the same', () => expect(pinOf('１３５７')).toBe('1357'))
})

import { describe, expect, it } from 'vitest'
import { press, stampOf, type Picture } from '@/staff/rules/stamps'

const RED = [200, 0, 0, 255]
const HALF_BLUE = [0, 0, 100, 51]
const NONE = [0, 0, 0, 0]

const picture = (width: number, pixels: number[][]): Picture => ({
  width,
  height: pixels.length / width,
  data: Uint8ClampedArray.from(pixels.flat()),
})
const blank = (width: number, height: number) => picture(width, Array(width * height).fill(NONE))
const pixel = ({ width, data }: Picture, x: number, y: number) => [...data.slice((y * width + x) * 4, (y * width + x) * 4 + 4)]

describe('marks put into one picture', () => {
  it('stand with their middle at their point', () => {
    const onto = blank(5, 5)
    press(onto, stampOf(picture(2, [RED, NONE, NONE, RED])), 2, 3)
    expect(pixel(onto, 1, 2)).toEqual(RED)
    expect(pixel(onto, 2, 3)).toEqual(RED)
    expect(pixel(onto, 2, 2)).toEqual(NONE)
  })

  it('cover what lies below by as much as they cover', () => {
    const onto = blank(1, 1)
    const thin = stampOf(picture(1, [HALF_BLUE]))
    press(onto, thin, 0.5, 0.5)
    expect(pixel(onto, 0, 0)).toEqual(HALF_BLUE)
    press(onto, stampOf(picture(1, [RED])), 0.5, 0.5)
    press(onto, thin, 0.5, 0.5)
    expect(pixel(onto, 0, 0)).toEqual([160, 0, 20, 255])
  })

  it('are cut at the edges, on none of which they come round', () => {
    const onto = blank(3, 3)
    const whole = stampOf(picture(2, [RED, RED, RED, RED]))
    for (const [x, y] of [[0, 0], [3, 3], [-5, 1], [9, 1], [1, -5]] as const) press(onto, whole, x, y)
    const red = [0, 1, 2].flatMap((y) => [0, 1, 2].filter((x) => pixel(onto, x, y)[3]).map((x) => [x, y]))
    expect(red).toEqual([[0, 0], [2, 2]])
  })
})

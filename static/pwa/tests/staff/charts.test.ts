import { describe, expect, it } from 'vitest'
import { inCell, mostOf, quietestFirst, shadeIn } from '@/staff/rules/heat'
import { barsOf, SPARK, sparkWords } from '@/staff/rules/sparks'
import { areaOf, BOX, heightOf, lineOf, parts, placesOf } from '@/staff/rules/trend'
import type { Point } from '@/staff/wire'

const week = (provisional = false) => ({ from: '2026-11-01', to: '2026-11-08', provisional })

describe('the little curve of weeks', () => {
  it('is as high as the busiest week, shows the least duty, and nothing where there was none', () => {
    const bars = barsOf([0, 0.01, 10], [week(), week(), week(true)])
    expect(bars.map(({ height }) => height)).toEqual([0, 1.5, SPARK.height])
    expect(bars.map(({ provisional }) => provisional)).toEqual([false, false, true])
  })

  it('stays empty without any duty', () => {
    expect(barsOf([0, 0], [week(), week()]).every(({ height }) => height === 0)).toBe(true)
  })

  it('is said in words', () => {
    expect(sparkWords([0, 2.5, 120], [week(), week(), week(true)], '（暂计）')).toBe('0、2.5、120.0（暂计）')
  })
})

describe('the trend', () => {
  const point = (effective_rate: number | null, provisional = 0) => ({ effective_rate, provisional }) as Point
  const places = (...points: Point[]) => placesOf(points, 'effective_rate', 400)

  it('stands between nothing at the bottom and all at the top, from left to right', () => {
    const [first, last] = places(point(0), point(1))
    expect(first).toMatchObject({ x: BOX.left, y: heightOf(0) })
    expect(last).toMatchObject({ x: 400 - BOX.right, y: BOX.top })
  })

  it('leaves out what has no rate', () => {
    expect(places(point(null), point(0.5))).toHaveLength(1)
  })

  it('is solid where all is settled and hatched from the last settled point on', () => {
    const { settled, provisional } = parts(places(point(0.2), point(0.4), point(0.6, 2)))
    expect(settled.map(({ point: { effective_rate } }) => effective_rate)).toEqual([0.2, 0.4])
    expect(provisional.map(({ point: { effective_rate } }) => effective_rate)).toEqual([0.4, 0.6])
    expect(parts(places(point(0.2), point(0.4))).provisional).toEqual([])
  })

  it('draws a line, and a ground only under two points or more', () => {
    const two = places(point(0), point(1))
    expect(lineOf(two)).toBe('M44.0 174.0L388.0 14.0')
    expect(areaOf(two)).toBe('M44.0 174.0L388.0 14.0L388.0 174L44.0 174Z')
    expect(areaOf(two.slice(0, 1))).toBe('')
  })
})

describe('a heat map', () => {
  it('has five shades of the largest figure, and none for nothing', () => {
    expect([0, 0.1, 4, 4.1, 20].map((value) => shadeIn(value, 20))).toEqual([0, 1, 1, 2, 5])
    expect(shadeIn(0, 0)).toBe(0)
    expect(mostOf([[1, 2], [3]])).toBe(3)
    expect(mostOf([])).toBe(0)
  })

  it('writes tenths while they matter', () => {
    expect([0, 0.5, 9.94, 9.96, 250].map(inCell)).toEqual(['', '0.5', '9.9', '10', '250'])
  })

  it('puts first where nobody was on duty for longest', () => {
    const rows = [
      { name: 'now', duty_hours: [0, 0, 1] },
      { name: 'never', duty_hours: [0, 0, 0] },
      { name: 'then', duty_hours: [9, 0, 0] },
    ]
    expect(quietestFirst(rows).map(({ name }) => name)).toEqual(['never', 'then', 'now'])
  })
})

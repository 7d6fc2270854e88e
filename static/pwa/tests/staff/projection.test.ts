import { describe, expect, it } from 'vitest'
import { boundsOf, fit, labelPoint, nextInDirection, pathOf, shiftInside, type Geometry } from '@/staff/rules/projection'

const square: Geometry = {
  type: 'Polygon',
  coordinates: [
    [
      [113.9, 22.4],
      [114.1, 22.4],
      [114.1, 22.6],
      [113.9, 22.6],
      [113.9, 22.4],
    ],
  ],
}

describe('the map’s projection', () => {
  it('puts north up, east right and the middle in the middle', () => {
    const project = fit({ west: 113.9, south: 22.4, east: 114.1, north: 22.6 }, 400, 300, 10)
    expect(project(114, 22.5)).toEqual({ x: 200, y: 150 })
    expect(project(114, 22.6).y).toBeCloseTo(10)
    expect(project(114.1, 22.5).x).toBeGreaterThan(200)
  })

  it('keeps distances alike both ways: a degree of longitude is drawn shorter', () => {
    const project = fit({ west: 113.9, south: 22.4, east: 114.1, north: 22.6 }, 400, 300, 10)
    const east = project(114.1, 22.5).x - 200
    const north = 150 - project(114, 22.6).y
    expect(east / north).toBeCloseTo(Math.cos((22.5 * Math.PI) / 180))
  })

  it('shows a lone station without magnifying it to the end', () => {
    const project = fit({ west: 114, south: 22.5, east: 114, north: 22.5 }, 400, 300, 10)
    expect(project(114, 22.5)).toEqual({ x: 200, y: 150 })
  })

  it('knows no bounds of nothing', () => {
    expect(boundsOf([])).toBeNull()
  })

  it('closes each ring and labels the largest', () => {
    const flat = (lon: number, lat: number) => ({ x: lon, y: lat })
    expect(pathOf(square, flat)).toMatch(/^M113\.9 22\.4L.*Z$/)
    const island: Geometry = {
      type: 'MultiPolygon',
      coordinates: [
        [
          [
            [0, 0],
            [1, 0],
            [1, 1],
            [0, 1],
            [0, 0],
          ],
        ],
        [
          [
            [10, 10],
            [20, 10],
            [20, 20],
            [10, 20],
            [10, 10],
          ],
        ],
      ],
    }
    expect(labelPoint(island, flat)).toEqual({ x: 15, y: 15 })
  })
})

describe('arrow keys on the map', () => {
  const here = { x: 0, y: 0 }
  const east = { x: 10, y: 1 }
  const farEast = { x: 30, y: 0 }
  const south = { x: 1, y: 8 }

  it('go to the nearest point that lies that way', () => {
    expect(nextInDirection([here, east, farEast, south], here, 'right')).toBe(east)
    expect(nextInDirection([here, east, farEast, south], here, 'down')).toBe(south)
  })

  it('stay where they are at the edge', () => {
    expect(nextInDirection([here, east], here, 'left')).toBeNull()
  })
})

it('moves the map no further than it takes to see a mark', () => {
  expect(shiftInside(300, 600, 40)).toBe(0)
  expect(shiftInside(-20, 600, 40)).toBe(60)
  expect(shiftInside(650, 600, 40)).toBe(-90)
  expect(shiftInside(90, 50, 40)).toBe(-65)
})

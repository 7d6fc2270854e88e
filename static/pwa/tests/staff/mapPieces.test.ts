import { describe, expect, it } from 'vitest'
import { placesOf } from '@/staff/rules/lines'
import { piecesOf } from '@/staff/rules/mapPieces'
import type { CoverageRow, Division, Outline } from '@/staff/wire'
import { row } from './cast'

const division = (id: string, level: string, parent_id: string | null): Division =>
  ({ id, level, parent_id, name: id, code: id }) as Division

const places = placesOf([
  division('city', 'city', null),
  division('north', 'district', 'city'),
  division('south', 'district', 'city'),
  ...['a', 'b', 'c', 'd', 'e'].map((id) => division(id, 'street', 'north')),
])
const outline = (id: string, level: string): Outline => ({
  type: 'Feature',
  properties: { id, name: id, level },
  geometry: { type: 'Polygon', coordinates: [] },
})
const fills = (outlines: Outline[], rows: CoverageRow[] = []) =>
  Object.fromEntries(
    piecesOf(
      outlines,
      places,
      new Map([
        ['north', 0.95],
        ['south', 0.6],
      ]),
      new Map(rows.map((each) => [each.key, each])),
    ).map(({ id, fill }) => [id, fill]),
  )

describe('what the map is laid out of', () => {
  it('is districts by their rate as long as no street is drawn', () => {
    expect(fills([outline('north', 'district'), outline('south', 'district')])).toEqual({
      north: 'shade-3',
      south: 'shade-1',
    })
  })

  it('is streets by what their stations are worth, inside the bare border of their district', () => {
    const streets = ['a', 'b', 'c', 'd', 'e'].map((id) => outline(id, 'street'))
    const rows = [
      row({ key: 'a', stations: 2, streets_tangible: 1, streets_effective: 1 }),
      row({ key: 'b', stations: 1, streets_tangible: 1, streets_effective: 0 }),
      row({ key: 'c', stations: 1, streets_tangible: 0, streets_effective: 0 }),
      row({ key: 'd', stations: 0, streets_tangible: 0, streets_effective: 0 }),
    ]
    expect(fills([outline('north', 'district'), outline('south', 'district'), ...streets], rows)).toEqual({
      north: null,
      south: 'shade-1',
      a: 'street-effective',
      b: 'street-tangible_only',
      c: 'street-failing',
      d: 'street-none',
      e: 'shade-none',
    })
  })

  it('draws borders on top of what is filled', () => {
    const order = piecesOf(
      [outline('north', 'district'), outline('a', 'street'), outline('south', 'district')],
      places,
      new Map(),
      new Map(),
    )
    expect(order.map(({ id }) => id)).toEqual(['a', 'south', 'north'])
  })
})

/** What the map is laid out of: streets where their outlines are known, districts elsewhere. */
import type { CoverageRow, Outline } from '../wire'
import { shadeOf, type Places } from './lines'
import type { Geometry } from './projection'
import { stateOfStreet } from './states'

/** How a street is filled: by what its stations are worth. Each has a pattern beside its colour. */
export const STREET_FILLS = ['effective', 'tangible_only', 'failing', 'none'] as const
export type StreetFill = (typeof STREET_FILLS)[number]

export type Piece = {
  id: string
  name: string
  level: string
  geometry: Geometry
  /** The class that fills it; none where streets lie inside and only the border is drawn. */
  fill: string | null
}

export const hasStreets = (outlines: readonly Outline[]) =>
  outlines.some(({ properties }) => properties.level === 'street')

/** Filled pieces first, borders on top of them. `streets` are rows by street, `rates` effective rates by district. */
export function piecesOf(
  outlines: readonly Outline[],
  places: Places,
  rates: ReadonlyMap<string, number | null>,
  streets: ReadonlyMap<string, CoverageRow>,
): Piece[] {
  const opened = new Set(
    outlines
      .filter(({ properties }) => properties.level === 'street')
      .map(({ properties }) => places.districtOf(properties.id)?.id),
  )
  const pieces = outlines.map(({ properties: { id, name, level }, geometry }) => {
    const fill =
      level === 'street'
        ? fillOf(streets.get(id))
        : opened.has(id)
          ? null
          : `shade-${shadeOf(rates.get(id)) ?? 'none'}`
    return { id, name, level, geometry, fill }
  })
  return pieces.sort((a, b) => Number(a.fill === null) - Number(b.fill === null))
}

/** A street of which there are no figures lies outside what is looked at. */
function fillOf(row: CoverageRow | undefined): string {
  if (!row) return 'shade-none'
  const state = stateOfStreet(row)
  return `street-${STREET_FILLS.find((fill) => fill === state) ?? 'none'}`
}

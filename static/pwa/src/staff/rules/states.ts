/** The states of a station: each with a colour, a shape and a word, the same on map, in table and legend. */
import type { CoverageRow } from '../wire'

export const STATES = [
  'effective',
  'tangible_only',
  'failing',
  'not_judged',
  'new',
  'dormant',
  'closed',
] as const
export type StationState = (typeof STATES)[number]

/** Paths inside a box of −8 to 8. `solid` is filled; `line` is drawn with a stroke. */
export type Shape = { solid?: string; line?: string }

const CIRCLE = 'M-6 0a6 6 0 1 0 12 0a6 6 0 1 0 -12 0Z'

export const SHAPES: Record<StationState, Shape> = {
  effective: { solid: CIRCLE },
  tangible_only: { line: CIRCLE, solid: 'M0 -6a6 6 0 0 0 0 12Z' },
  failing: { solid: 'M0 -6.5L7 5.5L-7 5.5Z' },
  not_judged: { line: 'M0 -7L7 0L0 7L-7 0Z' },
  new: { line: CIRCLE },
  dormant: { line: 'M-5.5 -5.5H5.5V5.5H-5.5Z' },
  closed: { line: 'M-5 -5L5 5M-5 5L5 -5' },
}

/** The state of one street from its own row of `by=street`; none where no station is open. */
export function stateOfStreet(row: CoverageRow): StationState | undefined {
  if (row.streets_effective) return 'effective'
  if (row.streets_tangible) return 'tangible_only'
  return row.stations ? 'failing' : undefined
}

/** The state of one station from its own row of `by=station`. What it lacks most is named first. */
export function stateOf(row: CoverageRow, status: string | undefined): StationState {
  if (status === 'closed') return 'closed'
  if (row.effective) return 'effective'
  if (row.not_judged) return row.stations ? 'new' : 'not_judged'
  if (row.dormant) return 'dormant'
  if (row.tangible) return 'tangible_only'
  return row.stations ? 'failing' : 'not_judged'
}

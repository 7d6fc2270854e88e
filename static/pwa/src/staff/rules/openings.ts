/** Where a figure leads: to the facts that it counts, or to the stations or streets that it counts. */
import type { Figure } from '../wire'
import type { ColumnKey } from './columns'
import { DEFAULTS, queryFrom, type Counting, type Filters, type Grouping } from './filters'

/** What a figure is about: a station, or everything within a place. */
export type Subject = { station?: string; within: string }
/** Kept with a link that stands above the table and opens it: the page then goes down to it. */
export const AT_TABLE = { at_table: true }
export type Opening = { path: string; query: Record<string, string> }

const FACTS: Partial<Record<ColumnKey, Figure>> = {
  shifts: 'shifts',
  duty_hours: 'shifts',
  person_hours: 'shifts',
  receptions: 'receptions',
  people_received: 'receptions',
  check_ins: 'check_ins',
  members_active: 'records',
}

const COUNTED: Partial<Record<ColumnKey, { by: Grouping; only: Counting }>> = {
  stations: { by: 'station', only: 'stations' },
  tangible: { by: 'station', only: 'tangible' },
  effective: { by: 'station', only: 'effective' },
  dormant: { by: 'station', only: 'dormant' },
  streets_tangible: { by: 'street', only: 'streets_tangible' },
  tangible_rate: { by: 'street', only: 'streets_tangible' },
  streets_effective: { by: 'street', only: 'streets_effective' },
  effective_rate: { by: 'street', only: 'streets_effective' },
  gap: { by: 'street', only: 'gap' },
}

/** Null where the figure has nothing behind it that a station's own page would not tell. */
export function openingOf(column: ColumnKey, subject: Subject, { window }: Filters): Opening | null {
  const figure = FACTS[column]
  if (figure) return { path: '/facts', query: factsQuery(figure, subject, window) }
  if (column === 'silent_phones') return { path: '/phones', query: {} }
  const counted = COUNTED[column]
  if (!counted || subject.station) return null
  return { path: '/coverage', query: queryFrom({ ...DEFAULTS, window, within: subject.within, ...counted }) }
}

function factsQuery(figure: Figure, { station, within }: Subject, window: Filters['window']) {
  const place: Record<string, string> = station ? { station } : within ? { within } : {}
  return { figure, ...place, ...queryFrom({ ...DEFAULTS, window }) }
}

const FIGURES: Figure[] = ['check_ins', 'shifts', 'receptions', 'records']

/** Of an address; what it does not know opens all records. */
export const figureFrom = ({ figure }: Record<string, unknown>): Figure =>
  FIGURES.find((each) => each === figure) ?? 'records'

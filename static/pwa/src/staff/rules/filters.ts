/** What the coverage page shows, as the query of its address: a link carries the whole view. */
export const WINDOWS = ['30d', '90d', '365d'] as const
export const GROUPINGS = ['district', 'street', 'station', 'area', 'sector', 'kind'] as const
/** Figures that count stations or streets: a table can be narrowed to those that they count. */
export const COUNTING = [
  'stations',
  'tangible',
  'effective',
  'dormant',
  'streets_tangible',
  'streets_effective',
  'gap',
  'streets_without',
  'gained',
  'lost',
] as const
export const GAP_KINDS = ['streets', 'dormant', 'not_tangible', 'failing', 'phones'] as const

export type Window = (typeof WINDOWS)[number]
export type Grouping = (typeof GROUPINGS)[number]
export type Counting = (typeof COUNTING)[number]

export type Filters = {
  window: Window
  by: Grouping
  /** A division's or area's id, `sector:` with its code, `kind:` with its name; empty for everything in sight. */
  within: string
  /** A column's key, with a leading minus for large to small; empty for the server's order. */
  sort: string
  search: string
  page: number
  /** Where the page begins, of a list that the server pages. */
  after: string
  /** Only what this figure counts. */
  only: Counting | ''
  /** The divisions that are opened in place. */
  open: string[]
  gap: (typeof GAP_KINDS)[number] | ''
}

export const DEFAULTS: Filters = {
  window: '90d',
  by: 'district',
  within: '',
  sort: '',
  search: '',
  page: 1,
  after: '',
  only: '',
  open: [],
  gap: '',
}

type Query = Record<string, unknown>

const oneOf = <T extends string, O extends string>(known: readonly T[], given: unknown, otherwise: O): T | O =>
  known.find((each) => each === given) ?? otherwise

const text = (given: unknown): string => (typeof given === 'string' ? given : '')

/** Unknown values fall back to the defaults: an old or mistyped link still opens. */
export function filtersFrom(query: Query): Filters {
  return {
    window: oneOf(WINDOWS, query.window, DEFAULTS.window),
    by: oneOf(GROUPINGS, query.by, DEFAULTS.by),
    within: text(query.within),
    sort: text(query.sort),
    search: text(query.q),
    page: Math.max(1, Math.floor(Number(text(query.page))) || 1),
    after: text(query.after),
    only: oneOf(COUNTING, query.only, ''),
    open: text(query.open).split(',').filter(Boolean),
    gap: oneOf(GAP_KINDS, query.gap, ''),
  }
}

/** The shortest query that gives these filters back. */
export function queryFrom(filters: Filters): Record<string, string> {
  const { search, page, open, ...rest } = filters
  const all = { ...rest, q: search, page: String(page), open: open.join(',') }
  const plain = { ...DEFAULTS, q: '', page: '1', open: '' } as Record<string, unknown>
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => value !== plain[name]))
}

/** What lies inside a row, as the server's `within` names it; a station is no place to be within. */
export function placeOf(by: Grouping, key: string): string {
  return by === 'sector' || by === 'kind' ? `${by}:${key}` : key
}

const FINER: Record<Grouping, Grouping | null> = {
  district: 'street',
  street: 'station',
  area: 'station',
  sector: 'station',
  kind: 'station',
  station: null,
}

/** Opening a row: the same window, one level finer, inside that row. Null where a page of its own stands. */
export function inside(filters: Filters, key: string): Filters | null {
  const by = FINER[filters.by]
  return by && { ...DEFAULTS, window: filters.window, by, within: placeOf(filters.by, key) }
}

/** A station's page, of which only the window is carried over from the page before. */
export const stationRoute = (id: string, query: Query) => ({
  path: `/coverage/stations/${encodeURIComponent(id)}`,
  query: queryFrom({ ...DEFAULTS, window: filtersFrom(query).window }),
})

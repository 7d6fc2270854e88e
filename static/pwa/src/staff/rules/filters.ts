/** What the coverage page shows, as the query of its address: a link carries the whole view. */
export const WINDOWS = ['30d', '90d', '365d'] as const
export const GROUPINGS = ['district', 'street', 'station'] as const

export type Window = (typeof WINDOWS)[number]
export type Grouping = (typeof GROUPINGS)[number]

export type Filters = {
  window: Window
  by: Grouping
  /** A division's id, or empty for everything in sight. */
  within: string
  /** A column's key, with a leading minus for large to small; empty for the server's order. */
  sort: string
  search: string
  page: number
}

export const DEFAULTS: Filters = { window: '90d', by: 'district', within: '', sort: '', search: '', page: 1 }

type Query = Record<string, unknown>

const oneOf = <T extends string>(known: readonly T[], given: unknown, otherwise: T): T =>
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
  }
}

/** The shortest query that gives these filters back. */
export function queryFrom(filters: Filters): Record<string, string> {
  const { search, page, ...rest } = filters
  const all = { ...rest, q: search, page: String(page) }
  const plain = { ...DEFAULTS, q: '', page: '1' } as Record<string, unknown>
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => value !== plain[name]))
}

const FINER: Record<Grouping, Grouping | null> = { district: 'street', street: 'station', station: null }

/** Opening a row: the same window, one level finer, inside that row. Null where a page of its own stands. */
export function inside(filters: Filters, key: string): Filters | null {
  const by = FINER[filters.by]
  return by && { ...DEFAULTS, window: filters.window, by, within: key }
}

/** A station's page, of which only the window is carried over from the page before. */
export const stationRoute = (id: string, query: Query) => ({
  path: `/coverage/stations/${encodeURIComponent(id)}`,
  query: queryFrom({ ...DEFAULTS, window: filtersFrom(query).window }),
})

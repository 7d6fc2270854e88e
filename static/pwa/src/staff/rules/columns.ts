/** Which columns a coverage table has for each grouping, what they sort by and how they are written. */
import { count, hours, NOTHING, percent, range } from './figures'
import type { Grouping } from './filters'
import type { Column, Line } from './rows'

const whole = (value: number | null) => (value === null ? NOTHING : count(value))

/** `61/74`, with `+3` where phones that are still silent may add to it. */
function share(part: number | null, of: number | null, high: number | null = part): string {
  if (part === null || of === null) return NOTHING
  const maybe = (high ?? part) - part
  return `${count(part)}/${count(of)}${maybe > 0 ? ` +${count(maybe)}` : ''}`
}

const rateRange = (low: number | null, high: number | null) =>
  low === null || high === null ? percent(low) : range({ low, high }, percent).replace('%–', '–')

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)

const COLUMNS = {
  name: { value: (line) => line.name, text: (line) => line.name },
  place: { value: (line) => line.place, text: (line) => line.place },
  state: { value: (line) => line.rank, text: () => '' },
  stations: { value: (line) => line.stations, text: (line) => count(line.stations) },
  tangible: { value: (line) => line.tangible, text: (line) => count(line.tangible) },
  effective: {
    value: (line) => line.effective,
    text: (line) => range({ low: line.effective, high: line.effective_high }),
  },
  dormant: { value: (line) => line.dormant, text: (line) => count(line.dormant) },
  streets_tangible: {
    value: (line) => line.streets_tangible,
    text: (line) => share(line.streets_tangible, line.streets),
  },
  streets_effective: {
    value: (line) => line.streets_effective,
    text: (line) => share(line.streets_effective, line.streets, line.streets_effective_high),
  },
  tangible_rate: { value: (line) => line.tangible_rate, text: (line) => percent(line.tangible_rate) },
  effective_rate: {
    value: (line) => line.effective_rate,
    text: (line) => rateRange(line.effective_rate, line.effective_rate_high),
  },
  gap: { value: (line) => line.gap, text: (line) => percent(line.gap) },
  gates_judged: { value: (line) => line.gates_judged, text: (line) => count(line.gates_judged) },
  shifts: { value: (line) => line.shifts.low, text: (line) => range(line.shifts) },
  duty_hours: { value: (line) => line.duty_hours.low, text: (line) => range(line.duty_hours, hours) },
  person_hours: { value: (line) => line.person_hours.low, text: (line) => range(line.person_hours, hours) },
  receptions: { value: (line) => line.receptions.low, text: (line) => range(line.receptions) },
  people_received: { value: (line) => line.people_received.low, text: (line) => range(line.people_received) },
  check_ins: { value: (line) => line.check_ins.low, text: (line) => range(line.check_ins) },
  members_active: { value: (line) => line.members_active, text: (line) => whole(line.members_active) },
  weeks: { value: (line) => sum(line.weeks ?? []), text: () => '' },
  silent_phones: { value: (line) => line.silent_phones, text: (line) => whole(line.silent_phones) },
} satisfies Record<string, Omit<Column, 'key'>>

export type ColumnKey = keyof typeof COLUMNS

const OF_STREETS: ColumnKey[] = [
  'name',
  'stations',
  'tangible_rate',
  'effective_rate',
  'gap',
  'weeks',
  'shifts',
  'duty_hours',
  'people_received',
]
/** Nothing opens in place here, so there is room for the counts behind the rates. */
const OF_AREAS: ColumnKey[] = [
  ...OF_STREETS.slice(0, 2),
  'streets_tangible',
  'streets_effective',
  ...OF_STREETS.slice(2),
]
const WITHOUT_STREETS: ColumnKey[] = [
  'name',
  'stations',
  'tangible',
  'effective',
  'dormant',
  'weeks',
  'shifts',
  'duty_hours',
  'receptions',
  'people_received',
]

const SHOWN: Record<Grouping, ColumnKey[]> = {
  district: OF_STREETS,
  area: OF_AREAS,
  sector: WITHOUT_STREETS,
  kind: WITHOUT_STREETS,
  street: [
    'name',
    'place',
    'state',
    'stations',
    'tangible_rate',
    'effective_rate',
    'gap',
    'weeks',
    'shifts',
    'duty_hours',
    'people_received',
  ],
  station: [
    'name',
    'place',
    'state',
    'weeks',
    'shifts',
    'duty_hours',
    'receptions',
    'people_received',
    'check_ins',
    'members_active',
  ],
}

/** Words stand left, figures right. */
export const isWord = (key: string): boolean => ['name', 'place', 'state'].includes(key)

export type CoverageColumn = Column & { key: ColumnKey }

export const columnsFor = (by: Grouping): CoverageColumn[] =>
  SHOWN[by].map((key) => ({ key, ...COLUMNS[key] }))

export type { Line }

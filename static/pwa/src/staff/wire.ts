/** What the staff calls of the server answer. Unknown fields are ignored. */
import type { Geometry } from './rules/projection'
import type { StationState } from './rules/states'

export type Range = { low: number; high: number }

export type CoverageRow = {
  key: string
  name: string
  stations: number
  tangible: number
  effective: number
  effective_high: number
  not_judged: number
  dormant: number
  streets: number | null
  streets_tangible: number | null
  streets_effective: number | null
  streets_effective_high: number | null
  tangible_rate: number | null
  effective_rate: number | null
  effective_rate_high: number | null
  gap: number | null
  gates_judged: number
  shifts: Range
  duty_hours: Range
  person_hours: Range
  receptions: Range
  people_received: Range
  check_ins: Range & { by_evidence: [number, number, number, number] }
  members_active: number
  silent_phones: number
  provisional: number
  /** What of it was held first: staff made facts of it. */
  released?: { shifts: number; receptions: number }
  state?: StationState
}

export type Coverage = {
  window: { from: string; to: string }
  as_of: string
  behind_s?: number
  settled_until: string | null
  rules_version: number
  totals: CoverageRow
  rows: CoverageRow[]
}

/** id, code, name, latitude, longitude, state, and bits: 1 open, 2 tangible, 4 effective, 8 dormant. */
export type MapPoint = [string, string, string, number, number, StationState, number]

export type Points = { divisions: { division_id: string; stations: MapPoint[] }[] }

export type Station = {
  id: string
  code: string
  name: string
  kind: string
  level: string
  division_id: string
  division_path: string[]
  sector: string | null
  address: string | null
  lat: number
  lon: number
  serves_street: boolean
  status: string
  opening_hours: string | null
}

export type Division = { id: string; code: string; name: string; level: string; parent_id: string | null }

export type Outline = {
  type: 'Feature'
  properties: { id: string; name: string; level: string }
  geometry: Geometry
}

export type HeldEntry = {
  id: string
  content_hash: string
  receipt_no: number
  code: string
  message: string
  kind: string | null
  held_at: string
  station_id: string | null
  station_name: string | null
  member_name: string
  /** Whose entry it is, when somebody else sent it. */
  author_name: string | null
  content: Record<string, unknown> | null
  /** Somebody agreed to be named. */
  has_constituent: boolean
  state: HeldState
  reason: string | null
  settled_at: string | null
  settled_by_name: string | null
  amendment: Amendment | null
}

export type HeldState = 'waiting' | 'released' | 'closed'

/** What staff put right. Fields of `body` replace those of the entry; one that is null goes. */
export type Amendment = { kind?: string; recorded_at?: string; body: Record<string, unknown> }

/** A phone that holds something. What is missing may still be on it while it has `pending` entries. */
export type Holding = {
  device_id: string
  name: string
  member_id: string
  member_name: string
  pending: number
  missing: { first: number; last: number }[]
  missing_count: number
  unsettled: string[]
  silent_days: number
  app_version: string | null
  clock_off_s: number | null
}

export type AtStation = { station_id: string | null; station_name: string | null; phones: Holding[] }

export type Fleet = { as_of: string; behind_s?: number; stations: AtStation[] }

export type Topic = { code: string; name: string }

export type Device = {
  id: string
  name: string
  revoked_at: string | null
}

export type Member = {
  id: string
  code: string
  name: string
  role: string
  disabled_at: string | null
  sector: string | null
  stations: string[]
  devices: Device[]
}

export type DoorScreen = Device & { enrolled_at: string }

export type EnrolmentCode = { code: string; url: string; expires_at: string }

export type Gate = {
  gate: string
  state: 'passed' | 'failed' | 'not_judged'
  have: number | null
  need: number | null
  fix: string | null
  note: string | null
  /** How many of the facts it rests on were held first. */
  released?: number
}

export type StationDay = {
  day: string
  shifts: number
  duty_hours: Range
  receptions: number
  people_received: number
  check_ins: number
  provisional: boolean
}

export type StandardItem = {
  item: string
  state: 'met' | 'review' | 'missing'
  checker: string | null
  proof: string | null
  confirmed_on: string | null
}

export type StationCoverage = CoverageRow & {
  as_of: string
  settled_until: string | null
  rules_version: number
  gates: Gate[]
  standard: StandardItem[]
  days: StationDay[]
}

type OfStation = {
  station_id: string
  name: string
  district_name: string | null
  last_open_on: string | null
  days: number | null
}

export type Gaps = {
  /** With `limit`: how many streets, stations or phones each list has in all. */
  counts?: Record<string, number>
  /** With `list`: where its next page begins. */
  next?: string | null
  as_of: string
  streets_without_station: { division_id: string; name: string; district_name: string | null }[]
  dormant: (OfStation & { fix: string })[]
  failing: (OfStation & Gate)[]
  not_tangible: (OfStation & { items: string[]; fix: string })[]
  quiet_devices: {
    device_id: string
    name: string
    station_id: string | null
    station_name: string | null
    last_sync_at: string | null
    pending: number
    days: number | null
    fix: string
  }[]
}

type Frame = Pick<Coverage, 'window' | 'as_of' | 'behind_s' | 'settled_until' | 'rules_version'>

export type Changes = Frame & {
  before: { from: string; to: string }
  gained: { division_id: string; name: string }[]
  lost: { division_id: string; name: string }[]
}

export type Point = Pick<
  CoverageRow,
  'streets' | 'streets_tangible' | 'streets_effective' | 'tangible_rate' | 'effective_rate' | 'provisional'
> & { from: string; to: string; effective_rate_high: number | null }

export type Trend = Frame & { points: Point[] }

export type Week = { from: string; to: string; provisional: boolean }

export type WeekRow = { key: string; name: string; duty_hours: number[] }

export type Weeks = Frame & {
  weeks: Week[]
  totals: number[]
  rows: WeekRow[]
}

/** Duty hours by weekday from Monday and by hour of the day. */
export type WeekHours = Frame & { cells: number[][] }

type AtStationNow = {
  id: string
  station_id: string
  station_name: string
  member_id: string
  member_name: string
}

export type OnDuty = AtStationNow & { started_at: string; closes_at: string }
export type Turn = AtStationNow & { starts_at: string; ends_at: string; since: string | null }
export type Awaiting = AtStationNow & { started_at: string; headcount: number; topic: string; days: number }

/** `total` of all; 50 rows at most. */
export type Listed<Row> = { total: number; rows: Row[] }

export type Today = {
  day: string
  as_of: string
  on_duty: Listed<OnDuty>
  planned: Listed<Turn>
  soon: Listed<Turn>
  awaiting_reply: Listed<Awaiting>
}

export type Figure = 'check_ins' | 'shifts' | 'receptions' | 'records'

export type Fact = {
  id: string
  kind: 'check_in' | 'shift' | 'reception'
  day: string
  station_id: string
  station_name: string
  member_name: string
  on_behalf: boolean
  started_at: string
  ended_at: string | null
  headcount: number | null
  topic: string | null
  evidence: number | null
  verdict: string | null
  distance_m: number | null
  flags: string[]
  receipt_no: number | null
  recorded_at: string | null
  received_at: string | null
  clock_error_s: number | null
  /** Somebody agreed to be named; who, is shown for a reason only. */
  has_constituent: boolean
}

export type Facts = Frame & { figure: Figure; total: number; facts: Fact[]; next: string | null }

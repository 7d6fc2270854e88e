/** What the calls by which the office changes something answer. Unknown fields are ignored. */
import type { Device, Member } from '../wire'

export const SHEETS = ['stations', 'members', 'plan', 'ledger', 'outlines'] as const
export type Sheet = (typeof SHEETS)[number]

export const DATUMS = ['gcj02', 'bd09', 'wgs84'] as const
export type Datum = (typeof DATUMS)[number]

export type Problem = { row: number | null; column: string | null; code: string; message: string }

/** A row of the file that is new or changes something; `before` is null in a new row. */
export type Line = {
  number: number
  name: string
  state: 'new' | 'changed'
  cells: { column: string; before: string | null; after: string }[]
}

export type Import = {
  rows: number
  new: number
  changed: number
  unchanged: number
  applied: boolean
  errors_count: number
  warnings_count: number
  errors: Problem[]
  warnings: Problem[]
  lines: Line[]
  digest: string | null
}

export type Value = string | number | boolean | null | string[] | Item
export type Fields = Record<string, Value>

/** One item of the standard at a station. */
export type Item = { met: boolean; checker: string | null; confirmed_on: string | null; proof: string | null }

export type Edit = {
  version: number
  made_at: string
  by_name: string | null
  reason: string
  before: Fields | null
  after: Fields | null
  undoes: number | null
}

export type Area = { id: string; name: string }

export type StationEdits = { version: number; fields: Fields; areas: Area[]; edits: Edit[] }

/** Both wordings, when somebody else was first. */
export type Conflict = {
  version: number
  theirs: Fields
  yours: Fields
  by_name?: string | null
  reason?: string
  made_at?: string
}

export type Planned = {
  id: string
  station_id: string
  station_name: string
  member_id: string
  member_name: string
  starts_at: string
  ends_at: string
}

/** Who added or removed a shift; one that is gone has no `after`. */
export type PlanEdit = Edit & {
  station_name: string | null
  member_name: string | null
  shift: { starts_at: string; ends_at: string }
}

export type DutyPlan = { planned_shifts: Planned[]; next: string | null; edits: PlanEdit[] }

export type NewPlan = Pick<Planned, 'station_id' | 'member_id' | 'starts_at' | 'ends_at'> & { reason: string }

export type StationShift = {
  id: string
  member_name: string
  started_at: string
  ended_at: string | null
  closes_at: string
  evidence: number
  flags: string[]
  on_behalf: boolean
}

/** What stands behind a station's figures. */
export type StationRecord = {
  shifts: StationShift[]
  shifts_count: number
  planned_shifts: Planned[]
  receptions_by_topic: { topic: string; name: string; receptions: number; people_received: number }[]
  /** What gates rest on though it was held first. */
  released: { shifts: number; receptions: number }
  people: { id: string; code: string; name: string; role: string; devices: Device[] }[]
}

type Degrees = { lat: number; lon: number }

/** Check-ins with a remark, and what they say of where the station stands (`mistake`: taken for, truly). */
export type StationEvidence = {
  remarked: {
    id: string
    kind: 'check_in' | 'shift_start'
    member_name: string
    at: string
    evidence: 0 | 1 | 2 | 3
    flags: string[]
  }[]
  doubt: {
    mistake: string
    agreeing: number
    asked: number
    before: Degrees
    after: Degrees
    moves_m: number
  } | null
  version: number
}

/** What became of one held entry among several; `message` says why nothing did. */
export type Decided = { id: string; content_hash: string; done: boolean; message: string | null }

export const SETTING_NOUNS = ['topic', 'area'] as const
export type SettingNoun = (typeof SETTING_NOUNS)[number]

export type Setting = { id: string; code: string; name: string; version: number }

export type SettingEdit = Edit & { noun: SettingNoun; name: string }

export type Settings = { areas: Setting[]; topics: Setting[]; edits: SettingEdit[] }

/** The standard's items, and each threshold by its name. */
export type RuleValue = string[] | number
export type RuleSet = Record<string, RuleValue>

export type Limit = { name: string; least: number; most: number; whole: boolean }

export type RuleChange = { name: string; before: RuleValue; after: RuleValue }

export type Proposal = {
  id: string
  version: number | null
  state: 'proposed' | 'agreed' | 'declined' | 'withdrawn'
  rules: RuleSet
  changes: RuleChange[]
  counts_again: boolean
  reason: string
  proposed_at: string
  proposed_by: string | null
  proposed_by_id: string | null
  decided_at: string | null
  decided_by: string | null
  decision_reason: string | null
  applies_from: string | null
}

export type Rules = {
  version: number
  rules: RuleSet
  limits: Limit[]
  deciders: number
  proposals: Proposal[]
}

export type Decision = 'agree' | 'decline' | 'withdraw'

export type PersonChoices = { roles: string[]; sectors: Area[]; districts: Area[] }

/** `fields.stations` are ids; `stations` has the names of all that are mentioned. */
export type PersonEdits = PersonChoices & {
  person: Member
  version: number
  fields: Fields
  may_edit: boolean
  is_own: boolean
  stations: Area[]
  edits: Edit[]
}

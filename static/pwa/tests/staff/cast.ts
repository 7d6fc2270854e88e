/** Figures for the tests: a row with nothing in it, changed where a test says so. */
import type { CoverageRow, Gaps, StationDay } from '@/staff/wire'

const none = { low: 0, high: 0 }

export const row = (part: Partial<CoverageRow> = {}): CoverageRow => ({
  key: 'k',
  name: '桂园街道',
  stations: 1,
  tangible: 0,
  effective: 0,
  effective_high: 0,
  not_judged: 0,
  dormant: 0,
  streets: null,
  streets_tangible: null,
  streets_effective: null,
  streets_effective_high: null,
  tangible_rate: null,
  effective_rate: null,
  effective_rate_high: null,
  gap: null,
  gates_judged: 0,
  shifts: none,
  duty_hours: none,
  person_hours: none,
  receptions: none,
  people_received: none,
  check_ins: { ...none, by_evidence: [0, 0, 0, 0] },
  members_active: 0,
  silent_phones: 0,
  provisional: 0,
  ...part,
})

export const noGaps: Gaps = {
  as_of: '2026-11-21T06:30:00Z',
  streets_without_station: [],
  dormant: [],
  failing: [],
  not_tangible: [],
  quiet_devices: [],
}

export const day = (date: string, part: Partial<StationDay> = {}): StationDay => ({
  day: date,
  shifts: 0,
  duty_hours: none,
  receptions: 0,
  people_received: 0,
  check_ins: 0,
  provisional: false,
  ...part,
})

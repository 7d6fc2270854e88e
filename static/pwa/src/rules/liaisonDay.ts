/** A liaison's day as the server tells it, and what to say about each turn. Times are RFC 3339 in UTC. */
export type Planned = {
  id: string
  station_id: string
  member_id: string
  member_name: string
  starts_at: string
  ends_at: string
  since: string | null
}

export type Present = {
  id: string
  kind: 'shift' | 'check_in'
  station_id: string
  member_id: string
  member_name: string
  started_at: string
  ended_at: string | null
  closes_at: string | null
}

export type Held = {
  receipt_no: number
  station_id: string | null
  member_name: string
  code: string
  message: string
  held_at: string
}

export type Reply = {
  id: string
  station_id: string
  member_name: string
  started_at: string
  headcount: number
  topic: string
  summary: string
}

export type OwnPerson = { id: string; name: string; station_ids: string[] }

export type LiaisonDay = {
  day: string
  as_of: string
  stations: { id: string; name: string; status: string; opening_hours: string | null }[]
  planned: Planned[]
  present: Present[]
  held: Held[]
  held_more: boolean
  replies: Reply[]
  replies_total: number
  people: OwnPerson[]
}

/** came: there is a record · due: the time has begun · later: not yet · over: it is past, without a record */
export type TurnState = 'came' | 'due' | 'later' | 'over'

export function stateOfTurn({ since, starts_at, ends_at }: Planned, now: number): TurnState {
  if (since) return 'came'
  if (now < Date.parse(starts_at)) return 'later'
  return now < Date.parse(ends_at) ? 'due' : 'over'
}

/** Who is on duty now: shifts without an end that the rule has not closed yet. */
export function onDuty(present: Present[], now: number): Present[] {
  return present.filter(
    ({ kind, ended_at, closes_at }) => kind === 'shift' && !ended_at && now < Date.parse(closes_at ?? ''),
  )
}

/** Those of this station first, each list in the server's order (by name). */
export function peopleFor(people: OwnPerson[], station_id: string | null): OwnPerson[] {
  const isHere = ({ station_ids }: OwnPerson) => station_id !== null && station_ids.includes(station_id)
  return [...people.filter(isHere), ...people.filter((one) => !isHere(one))]
}

/** What of a record its author can correct, and what of the form really changed. */
import { localTime } from '@/sync/time'
import type { Entry } from '@/sync/types'
import { constituentOf, type Answered, type Encounter, type Named } from './reception'

/** Who was received is not shown again by the phone, which forgot it: it is left, said anew or taken out. */
export type Who = 'left' | 'anew' | 'out'

export type Correctable = Answered & Encounter & Named & {
  who: Who
  station_id: string | null
  time: number
  headcount: number
  topic: string | null
  summary: string
}

/** The field of the body that says when it really was. */
export function timeField({ kind }: Entry): 'started_at' | 'stated_at' {
  return kind === 'reception' ? 'started_at' : 'stated_at'
}

export function correctableOf(entry: Entry): Correctable {
  const body = entry.body as Record<string, unknown>
  const minute = (text: unknown) => Math.floor(Date.parse(String(text)) / 60_000) * 60_000
  return {
    station_id: (body.station_id as string | undefined) ?? null,
    time: minute(body[timeField(entry)] ?? entry.recorded_at),
    headcount: (body.headcount as number | undefined) ?? 1,
    topic: (body.topic as string | undefined) ?? null,
    summary: (body.summary as string | undefined) ?? '',
    answered_on_spot: body.answered_on_spot === true,
    wants_reply: body.wants_reply === true,
    channel: (body.channel as Encounter['channel'] | undefined) ?? 'walk_in',
    party_kind: (body.party_kind as Encounter['party_kind'] | undefined) ?? 'person',
    who: 'left',
    consent: false,
    name: '',
    contact: '',
  }
}

/** Anew, but without consent or without anything to say. */
export const lacksWho = (form: Correctable) => form.who === 'anew' && !constituentOf(form)

/** Only what differs goes into the correction; an untouched form gives none. */
export function changesOf({ entry, form }: { entry: Entry; form: Correctable }): Record<string, unknown> {
  const { time, who, consent, name, contact, ...rest } = form
  const was = correctableOf(entry)
  const changed = Object.entries(rest).filter(([name, value]) => value !== was[name as keyof typeof rest])
  const moment = time === was.time ? [] : [[timeField(entry), localTime(new Date(time))]]
  const named = who === 'anew' ? [['constituent', constituentOf({ consent, name, contact })]] : []
  const gone = who === 'out' ? [['constituent', null]] : []
  return Object.fromEntries([...changed, ...moment, ...named, ...gone])
}

/** Corrections and withdrawals are facts about facts: they are not corrected themselves. */
export const isCorrectable = ({ kind }: Entry) => kind !== 'correction' && kind !== 'withdrawal'

/** The record with what was said about it later, in order; a correction that was itself withdrawn is left out. */
export function asCorrected(entry: Entry, said: Entry[]): Entry {
  const withdrawn = new Set(said.map((one) => (one.kind === 'withdrawal' ? targetOf(one) : '')))
  const about = said
    .filter((one) => one.kind === 'correction' && targetOf(one) === entry.id)
    .filter(({ id, state }) => !withdrawn.has(id) && state !== 'closed')
    .sort((one, other) => Date.parse(one.recorded_at) - Date.parse(other.recorded_at))
  const changes = about.map(({ body }) => ('changes' in body ? body.changes : {}))
  return { ...entry, body: Object.assign({}, entry.body, ...changes) }
}

const targetOf = ({ body }: Entry) => ('target_id' in body ? body.target_id : '')

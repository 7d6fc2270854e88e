/** What a correction changed, value by value, in words. */
import { answerOf, type Answer } from './reception'

export type Names = {
  station: (id: string) => string
  topic: (code: string) => string
  people: (count: number) => string
  time: (at: string) => string
  answer: (answer: Answer) => string
  channel: (channel: unknown) => string
  party: (kind: unknown) => string
  who: string
}

/** What is said of a body's answer; nothing where it says nothing about it. */
export function answerWords(body: Record<string, unknown>, names: Names): string {
  const { answered_on_spot, wants_reply } = body
  if (answered_on_spot === undefined && wants_reply === undefined) return ''
  return names.answer(answerOf({ answered_on_spot: !!answered_on_spot, wants_reply: !!wants_reply }))
}

/** Fields that say nothing to a person are left out. */
export function valueWords(changes: Record<string, unknown>, names: Names): string[] {
  const { station_id, stated_at, started_at, ended_at, headcount, topic, summary, note, channel, party_kind, constituent } = changes
  return [
    typeof station_id === 'string' && names.station(station_id),
    ...[stated_at, started_at, ended_at].map((at) => typeof at === 'string' && names.time(at)),
    typeof headcount === 'number' && names.people(headcount),
    typeof topic === 'string' && names.topic(topic),
    ...[summary, note].map((text) => typeof text === 'string' && text),
    answerWords(changes, names),
    names.channel(channel),
    names.party(party_kind),
    constituent !== undefined && names.who,
  ].filter((found): found is string => typeof found === 'string' && found !== '')
}

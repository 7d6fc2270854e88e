/** What a correction changed, value by value, in words. */
export type Names = {
  station: (id: string) => string
  topic: (code: string) => string
  people: (count: number) => string
  time: (at: string) => string
}

/** Fields that say nothing to a person are left out. */
export function valueWords(changes: Record<string, unknown>, names: Names): string[] {
  const { station_id, stated_at, started_at, ended_at, headcount, topic, summary, note } = changes
  return [
    typeof station_id === 'string' && names.station(station_id),
    ...[stated_at, started_at, ended_at].map((at) => typeof at === 'string' && names.time(at)),
    typeof headcount === 'number' && names.people(headcount),
    typeof topic === 'string' && names.topic(topic),
    ...[summary, note].map((text) => typeof text === 'string' && text),
  ].filter((found): found is string => typeof found === 'string' && found !== '')
}

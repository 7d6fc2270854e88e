/** Which stations a person of staff answers for, so that no choice is offered that the server would refuse. Pure. */
export type Scope = { level: string; station_ids: string[]; division_id: string | null }

/** Where stations are looked for: everywhere, in one division, or among the own ones. */
export function confined({ level, station_ids, division_id }: Scope): { division?: string; own?: string[] } {
  if (level === 'network') return {}
  return level === 'district' ? { division: division_id ?? '' } : { own: station_ids }
}

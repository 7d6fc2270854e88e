/** Choosing several held entries: only of one code, at most as many as a call takes. Pure. */
import type { Decided } from '../editing/wire'
import type { HeldEntry } from '../wire'

export const MOST_TOGETHER = 100

/** Two wordings of one id are two entries. */
export const keyOf = ({ id, content_hash }: Pick<HeldEntry, 'id' | 'content_hash'>): string => id + content_hash

/** Whether it can be chosen, or given up, beside those that are. */
export function mayPick(entry: HeldEntry, chosen: readonly HeldEntry[]): boolean {
  if (chosen.some((each) => keyOf(each) === keyOf(entry))) return true
  return chosen.length < MOST_TOGETHER && chosen.every(({ code }) => code === entry.code)
}

/** All that wait for the same reason as the chosen ones. */
export const alike = (entries: readonly HeldEntry[], chosen: readonly HeldEntry[]): HeldEntry[] =>
  entries.filter(({ code }) => code === chosen[0]?.code).slice(0, MOST_TOGETHER)

/** What could not be done, with its receipt number and why. */
export const leftOver = (results: readonly Decided[], entries: readonly HeldEntry[]) =>
  results
    .filter(({ done }) => !done)
    .map((result) => ({
      number: entries.find((each) => keyOf(each) === keyOf(result))?.receipt_no ?? 0,
      why: result.message ?? '',
    }))

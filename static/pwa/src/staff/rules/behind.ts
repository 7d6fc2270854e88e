/** How old an answer is when a replica gave it: a moment is said as one, more than a minute in words. */
export type Moment = { as_of: string; behind_s?: number }

const MINUTE = 60

/** Whole minutes that figures trail; 0 while nobody would notice. */
export const minutesBehind = ({ behind_s = 0 }: Moment): number => Math.floor(behind_s / MINUTE)

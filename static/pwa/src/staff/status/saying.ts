/** Each thing in one sentence, and what to do about it. */
import type { StatusItem } from './wire'
import type { StatusKey } from './words'

/** Pages of the office where its own people can do something. */
const PAGES: Record<string, string> = { held: '/held', phones: '/phones' }

export function sentence({ name, state, at, count }: StatusItem): StatusKey {
  if (count === 0) return `said.${name}.none` as StatusKey
  const done = count === null && at === null && state !== 'ok' && !['disk', 'clock'].includes(name)
  return `said.${name}.${done ? 'never' : state}` as StatusKey
}

/** What was never compared needs the nightly chores, and no alarm. */
export const advice = ({ name, at }: StatusItem): StatusKey =>
  `do.${at === null && ['figures', 'chain'].includes(name) ? 'housekeeping' : name}` as StatusKey

/** The page that helps, for what waits; where else an administrator must. */
export const page = ({ name, count }: StatusItem): string | undefined => (count ? PAGES[name] : undefined)

export const needsAdministrator = ({ name, state }: StatusItem): boolean => state !== 'ok' && !(name in PAGES)

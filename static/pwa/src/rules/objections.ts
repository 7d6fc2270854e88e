/**
 * Saying no to what somebody else did with one's records: entries like any other, so that it works offline and
 * stands in the ledger.
 *
 * An entry in one's name is withdrawn. A correction is answered by one that puts the former values back. A
 * withdrawal can't be withdrawn: what is gone is recorded again, with its time as one's own word (of a shift the
 * start: its end is then asked for like any forgotten one). The end that
 * somebody else gave to one's shift is theirs: withdrawing it is held, and staff decide.
 */
import type { Bodies, Kind, Reception } from '@/sync/types'
import type { Deed, Target } from './notices'

export type Said = { [K in Kind]: { kind: K; body: Bodies[K] } }[Kind]
export type Way = 'deny' | 'put_back' | 'record_again' | 'ask_staff'

/** Null where this phone doesn't know enough to do it: then only the station can help. */
export function wayOf({ code, kind, target, body }: Deed): Way | null {
  if (kind === 'correction') return target && changedIn(body).length ? 'put_back' : null
  if (kind === 'withdrawal') return target ? 'record_again' : null
  if (code === 'entry.on_behalf') return 'deny'
  return kind === 'shift_end' ? 'ask_staff' : null
}

export function objectionTo(deed: Deed, reason: string): Said | null {
  const way = wayOf(deed)
  if (way === 'put_back') return putBack(deed, reason)
  if (way === 'record_again') return again(deed.target!)
  return way && { kind: 'withdrawal', body: { target_id: deed.entry_id, reason } }
}

/** What can be put back by name. Who was received no phone knows any more, so that stays as it is now. */
const changedIn = (body: Deed['body']) =>
  Object.keys((body.changes as object | undefined) ?? {}).filter((name) => name !== 'constituent')

function putBack({ body, target_id, target }: Deed, reason: string): Said {
  const changes = Object.fromEntries(changedIn(body).map((name) => [name, target?.body[name] ?? null]))
  return { kind: 'correction', body: { target_id: target_id!, changes, reason } }
}

/** No position goes along: it was judged then, and is forgotten. */
function again({ kind, occurred_at, body }: Target): Said | null {
  const stated_at = (body.stated_at as string | undefined) ?? occurred_at
  const presence = { station_id: String(body.station_id), fix: null, no_fix_reason: null, stated_at }
  if (kind === 'check_in') return { kind, body: { ...presence, purpose: body.purpose as 'duty' } }
  if (kind === 'shift_start') return { kind, body: presence }
  if (kind === 'shift_end') return { kind, body: { shift_id: String(body.shift_id), stated_at } }
  return kind === 'reception' ? { kind, body: body as Reception } : null
}

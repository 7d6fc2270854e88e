import type { Entry, Kind, Receipt, Result, Told } from '@/sync/types'

export type Change = 'corrected' | 'withdrawn'

/** What another phone of the same person sent, in the shape of an entry, as far as its receipt tells. */
export function toldEntry(receipt: Receipt): Entry {
  const { id, person, seq, kind, station_id, target_id, code, message } = receipt
  const about = kind === 'shift_end' ? { shift_id: target_id } : target_id ? { target_id } : {}
  return {
    id,
    person,
    device_id: receipt.device_id ?? '',
    seq: seq ?? null,
    state: stateTold(receipt),
    kind: kind ?? 'check_in',
    v: 1,
    recorded_at: receipt.recorded_at ?? receipt.occurred_at ?? receipt.received_at ?? '',
    body: { ...(station_id ? { station_id } : {}), ...about, ...receipt.body } as Entry['body'],
    run: '',
    tapped_ms: 0,
    reason: code ? { code, message: message ?? null } : null,
  }
}

function stateTold({ status, closed }: Receipt): Entry['state'] {
  if (closed) return 'closed'
  return status === 'held' || status === 'conflict' ? status : 'received'
}

/** Written on another phone of the same person. */
export const isTold = ({ device_id }: Entry) => device_id === ''

/** A record as the server tells it, in the shape of a receipt of this phone. */
export function asReceipt({
  person,
  record,
}: {
  person: string
  record: Result & Told & { id: string }
}): Receipt {
  return { ...record, person, epoch: null, stored_at: 0 }
}

/** When it was recorded; 0 where nobody knows. */
export const momentOf = ({ recorded_at }: Entry): number => Date.parse(recorded_at) || 0

export const latestFirst = (one: Entry, other: Entry) => momentOf(other) - momentOf(one)

type Said = { kind: Kind | null; body: object; target_id?: string | null }

/** What became of the records that these corrections and withdrawals speak about. */
export function changesByTarget(said: Said[]): Map<string, Change> {
  const changed = new Map<string, Change>()
  for (const { kind, body, target_id } of said) {
    if (kind !== 'correction' && kind !== 'withdrawal') continue
    const target = target_id ?? (body as { target_id?: string }).target_id ?? ''
    if (changed.get(target) !== 'withdrawn')
      changed.set(target, kind === 'withdrawal' ? 'withdrawn' : 'corrected')
  }
  return changed
}

/** What it was about is not on this phone any more: only the server can tell. */
export const isBare = ({ kind, body }: Entry): boolean =>
  (kind === 'reception' && !('headcount' in body)) || (kind === 'correction' && !('changes' in body))

import type { Entry, Receipt } from '@/sync/types'

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

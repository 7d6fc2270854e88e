/**
 * The phone's half of docs/sync-protocol.md as pure functions: no clock, no network, no database.
 *
 * Whoever changes a rule here changes the numbered text first; the numbers in the comments are its steps.
 * tests/contracts/*.json holds the cases that this file and the server are both tested against.
 */
import type { Entry, EntryState, Failure, Fix, Pause, Receipt, Result, SyncState, Told } from './types'

export const PROTOCOL = 1
export const UNDO_MS = 10_000 // 2.1
export const BATCH_ENTRIES = 25 // 3.1
export const BATCH_BYTES = 512 * 1024 // 3.1: half of what is allowed, so that the envelope never matters
export const KEEP_MS = 30 * 24 * 3600 * 1000 // 5.6
export const IN_OUTBOX: readonly EntryState[] = ['recorded', 'waiting', 'attention'] // 3.4

const FIRST_WAIT_MS = 2_000
const LONGEST_WAIT_MS = 15 * 60_000
const CREDIBLE_WAIT_MS = 24 * 3600_000

/** 1.4: the smaller accuracy radius wins. */
export function betterFix(known: Fix | null, found: Fix): Fix {
  return known && known.accuracy_m <= found.accuracy_m ? known : found
}

/** 2.2: gives `seq` in the order of recording. Returns the frozen entries and the counter's next number. */
export function freeze({ entries, next }: { entries: Entry[]; next: number }): {
  frozen: Entry[]
  next: number
} {
  const recorded = entries.filter(({ state }) => state === 'recorded')
  const inOrder = [...recorded].sort((one, other) => (one.order ?? 0) - (other.order ?? 0))
  const frozen = inOrder.map((entry, place) => ({ ...entry, state: 'waiting' as const, seq: next + place }))
  return { frozen, next: next + frozen.length }
}

/** 3.2: former device ids first, then this one's, each by `seq`. */
export function inSendingOrder({ entries, device_id }: { entries: Entry[]; device_id: string }): Entry[] {
  const rank = (entry: Entry) => (entry.device_id === device_id ? 1 : 0)
  return [...entries].sort(
    (one, other) =>
      rank(one) - rank(other) ||
      one.device_id.localeCompare(other.device_id) ||
      (one.seq ?? 0) - (other.seq ?? 0),
  )
}

/** 3.1: as many from the front as fit; at least one, or a large one would wait for ever. */
export function takeBatch<T>(items: T[], sizeOf: (item: T) => number): T[] {
  const batch: T[] = []
  let bytes = 0
  for (const item of items.slice(0, BATCH_ENTRIES)) {
    bytes += sizeOf(item)
    if (batch.length > 0 && bytes > BATCH_BYTES) break
    batch.push(item)
  }
  return batch
}

/** 3.3: null when another page load recorded it. */
export function elapsedMs({
  entry,
  run,
  now_ms,
}: {
  entry: Entry
  run: string
  now_ms: number
}): number | null {
  return entry.run === run ? Math.max(0, Math.round(now_ms - entry.tapped_ms)) : null
}

/** 3.3, 3.5, 3.7: the wire form of one entry at this attempt. */
export function wireEntry(at: { entry: Entry; device_id: string; run: string; now_ms: number }) {
  const { id, seq, kind, v, recorded_at, body, device_id, behalf } = at.entry
  const own = { id, seq, kind, v, recorded_at, elapsed_ms: elapsedMs(at), body }
  const wire = behalf ? { ...own, on_behalf_of: behalf.id } : own
  return device_id === at.device_id ? wire : { ...wire, device_id }
}

/** 5: pairs each sent id with its result: by id, or by place when the server could not read the id. */
export function matchResults(ids: string[], results: Result[]): Map<string, Result> {
  const byId = new Map(results.filter(({ id }) => id !== null).map((result) => [result.id, result]))
  const found = ids.map((id, place) => {
    const inPlace = results[place]
    return [id, byId.get(id) ?? (inPlace?.id === null ? inPlace : undefined)] as const
  })
  return new Map(found.filter((pair): pair is [string, Result] => pair[1] !== undefined))
}

/** 5.1 to 5.5: what a waiting entry becomes after its own result; undefined is "no result for it". */
export function afterResult(result: Result | undefined): EntryState {
  if (!result) return 'waiting'
  if (result.status === 'accepted' || result.status === 'duplicate') return 'received'
  if (result.status === 'held') return 'held'
  if (result.status === 'conflict') return 'conflict'
  // A status from a newer server, with a number: it is kept there, so it needs no more sending.
  return result.status !== 'rejected' && hasNumber(result) ? 'held' : 'attention'
}

/** 5.7: what a `receipt` change makes of an entry that this phone holds. */
export function afterChange({ state, receipt_no, change }: AfterChange): EntryState {
  if (IN_OUTBOX.includes(state) || !hasNumber(change) || change.receipt_no !== receipt_no) return state
  if (change.closed) return 'closed'
  return change.status === 'accepted' || change.status === 'duplicate' ? 'received' : state
}

type AfterChange = { state: EntryState; receipt_no: number | null; change: Result & Told }

const hasNumber = (result: Result) => typeof result.receipt_no === 'number'

/** 5.6: what the phone keeps of a body once it has the receipt. */
export function withoutSecrets<B extends object>(body: B): B {
  const kept = { ...body } as Record<string, unknown>
  for (const secret of ['fix', 'no_fix_reason', 'station_code', 'constituent']) delete kept[secret]
  const changes = kept.changes as object | undefined
  if (changes && 'constituent' in changes) kept.changes = { ...changes, constituent: null }
  return kept as B
}

export type CallOutcome =
  | { next: 'apply' }
  | { next: 'halve' }
  | { next: 'attention' }
  | { next: 'pause'; pause: Pause }
  | { next: 'wait'; failure: Failure }

/** 6: what an answer to the whole call means. `status` 0 is "no answer"; `size` counts the entries sent. */
export function afterCall({
  status,
  code,
  size,
}: {
  status: number
  code: string | null
  size: number
}): CallOutcome {
  if (status === 200) return { next: 'apply' }
  if (status === 413 || (status === 400 && code === 'sync.malformed')) {
    if (size > 1) return { next: 'halve' }
    if (size === 1) return { next: 'attention' }
  }
  if (status === 401) return { next: 'pause', pause: 'sign_in' }
  if (status === 426) return { next: 'pause', pause: 'version' }
  return { next: 'wait', failure: status === 0 ? 'unreachable' : 'server' }
}

/** 6.1 */
export function halves<T>(batch: T[]): [T[], T[]] {
  const middle = Math.ceil(batch.length / 2)
  return [batch.slice(0, middle), batch.slice(middle)]
}

/** 9.1: how long to wait after the n-th failure in a row. `random` in [0, 1). */
export function waitMs(given: { failures: number; random: number; retry_after_s?: number | null }): number {
  const whole = Math.min(FIRST_WAIT_MS * 2 ** (given.failures - 1), LONGEST_WAIT_MS)
  const jittered = whole / 2 + (whole / 2) * given.random
  return Math.round(Math.max(jittered, (given.retry_after_s ?? 0) * 1000))
}

/** Seconds from a `Retry-After` header, which is a number or a date. */
export function retryAfterS(header: string | null, now: number): number | null {
  if (!header) return null
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000
  return Number.isFinite(seconds) ? Math.max(0, seconds) : null
}

export type Occasion = 'tap' | 'start' | 'online' | 'routine'

/** 9.2, 6.2, 6.3: may the phone call now? */
export function mayCall({
  state,
  occasion,
  now,
}: {
  state: SyncState
  occasion: Occasion
  now: number
}): boolean {
  if (occasion === 'tap') return true
  if (state.paused) return occasion === 'start'
  if (occasion === 'online' && state.failure === 'unreachable') return true
  // A wait that long comes from a clock that was set back since, not from a server.
  return now >= state.not_before || state.not_before - now > CREDIBLE_WAIT_MS
}

/** 8.3: was this answer given by a server that may have lost what it once acknowledged? */
export function asksForSeals(given: {
  known: string | null
  epoch: string
  reset: boolean
  cursor: string | null
}) {
  const { known, epoch, reset, cursor } = given
  return (known !== null && known !== epoch) || (reset && cursor !== null)
}

/** 8.3: the seals that this epoch of the server has not seen yet and that are young enough. */
export function toGiveBack({
  receipts,
  epoch,
  now,
}: {
  receipts: Receipt[]
  epoch: string | null
  now: number
}) {
  if (epoch === null) return []
  return receipts.filter(
    ({ sealed, epoch: seen, stored_at }) => sealed && seen !== epoch && now - stored_at < KEEP_MS,
  )
}

/** 12.2: an entry as it lies in a rescue file: nobody knows who will hand it in, or when. */
export function carriedEntry({ entry, author_id }: { entry: Entry; author_id: string }) {
  const wire = wireEntry({ entry, device_id: '', run: '', now_ms: 0 })
  return { ...wire, device_id: entry.device_id, author_id }
}

/** 5.6: what stays of an entry when its 30 days are over: its receipt, with what was done, when and where. */
export function receiptOnly({ receipt, entry }: { receipt: Receipt; entry: Entry | undefined }): Receipt {
  const bare = { ...receipt, sealed: null, body: null, epoch: null }
  if (!entry) return bare
  const { kind, recorded_at, seq, device_id, body } = entry
  const { station_id, target_id, shift_id } = body as Partial<Record<string, string>>
  const told = { station_id: station_id ?? null, target_id: target_id ?? shift_id ?? null }
  return { ...bare, kind, recorded_at, seq, device_id, ...told }
}

/**
 * The words of the protocol (docs/sync-protocol.md). Rows that lie in IndexedDB, and what goes over the
 * wire; bodies stand in kinds.ts.
 */
import type { Bodies, Kind } from './kinds'

export type * from './kinds'

/**
 * recorded: saved, can be undone · waiting: frozen, 待发 · received: a fact · held: 待核 · conflict: other
 * content under this id was first · closed: staff closed it · attention: 需处理, still in the outbox
 */
export type EntryState = 'recorded' | 'waiting' | 'received' | 'held' | 'conflict' | 'closed' | 'attention'

export type Reason = { code: string | null; message: string | null }

export type Entry<K extends Kind = Kind> = {
  /** IndexedDB's own count: the order of recording across tabs. Absent before it is stored. */
  order?: number
  id: string
  person: string
  device_id: string
  seq: number | null
  state: EntryState
  kind: K
  v: 1
  recorded_at: string
  body: Bodies[K]
  /** Which page load recorded it, and when by that page's monotonic clock (ms). */
  run: string
  tapped_ms: number
  reason: Reason | null
  /** 代录: in whose name a liaison entered it. The name is for this phone's own list. */
  behalf?: Behalf
}

export type Behalf = { id: string; name: string }

/** One result of a call, or the data of a `receipt` change. Unknown fields are ignored. */
export type Result = {
  id: string | null
  seq?: number | null
  status: string
  receipt_no?: number | null
  received_at?: string | null
  occurred_at?: string | null
  clock_error_s?: number | null
  flags?: string[]
  code?: string | null
  message?: string | null
  verdict?: string | null
  distance_m?: number | null
  evidence?: number | null
  sealed?: string | null
}

/** What a `receipt` change adds, so that another phone of the same person can show the record. */
export type Told = {
  kind?: Kind
  recorded_at?: string | null
  station_id?: string | null
  target_id?: string | null
  body?: Record<string, unknown> | null
  closed?: boolean
}

/**
 * `epoch` is the server's epoch that last answered for its seal, ASKED when the seal is to be given back, and
 * null when there is none to give: IndexedDB leaves null out of its index. `device_id` is set once the entry
 * itself is gone, and tells that this phone recorded it.
 */
export type Receipt = Result &
  Told & { person: string; id: string; epoch: string | null; stored_at: number; device_id?: string }

export const ASKED = ''

/** One rescue file made on this phone, `made_at` in ms since 1970. */
export type Export = { person: string; made_at: number; count: number }

/** The server's public key for rescue files, as GET /api/v1/time gives it. */
export type RescueKey = JsonWebKey & { kid: string }

export type Change = { noun: string; id: string; op: string; data?: Record<string, unknown> | null }

export type SyncAnswer = {
  server_time: string
  results: Result[]
  changes: Change[]
  cursor: string | null
  more: boolean
  reset: boolean
  epoch: string
}

export type FeedRow = {
  person: string
  noun: string
  id: string
  generation: number
  data: Record<string, unknown>
}

export type Pause = 'sign_in' | 'version'
export type Failure = 'unreachable' | 'server'

/** Where one person's sync stands. Times are ms since 1970 by the phone. */
export type SyncState = {
  person: string
  device_id: string
  cursor: string | null
  epoch: string | null
  generation: number
  paused: Pause | null
  failures: number
  failure: Failure | null
  not_before: number
  last_answer_at: number | null
}

export type Draft = { person: string; name: string; value: unknown; saved_at: number }

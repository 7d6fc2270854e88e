import type { Kind } from '@/sync/types'

type Row = { data: Record<string, unknown> }
export type NewDevice = { id: string; name: string; since: string }

const SHOWN_MS = 7 * 24 * 3600_000

/** Devices that signed in as this person in the last 7 days, without the one in the hand; latest first. */
export function newDevices({ rows, own, now }: { rows: Row[]; own: string; now: number }): NewDevice[] {
  return rows
    .filter(({ data }) => data.code === 'device.added')
    .map(({ data }) => ({
      ...(data.data as { device_id: string; name: string }),
      since: String(data.created_at),
    }))
    .filter(({ device_id, since }) => device_id !== own && now - Date.parse(since) < SHOWN_MS)
    .map(({ device_id, name, since }) => ({ id: device_id, name, since }))
    .sort((one, other) => other.since.localeCompare(one.since))
}

/** What somebody else did with this person's records. Servers before it told only the ids. */
export type Deed = {
  id: string
  code: string
  entry_id: string
  target_id: string | null
  since: string
  by_name: string | null
  kind: Kind | null
  recorded_at: string | null
  body: Record<string, unknown>
  target: Target | null
}

/** What was spoken about, as it stood before. */
export type Target = { kind: Kind; occurred_at: string | null; body: Record<string, unknown> }

/** Latest first. */
export function deedsOf(rows: (Row & { id: string })[]): Deed[] {
  return rows
    .filter(({ data }) => String(data.code).startsWith('entry.'))
    .map(({ id, data }) => ({
      ...{ id, code: String(data.code), since: String(data.created_at) },
      ...{ by_name: null, kind: null, recorded_at: null, target: null },
      ...(data.data as { entry_id: string; target_id: string | null }),
      body: ((data.data as { body?: unknown }).body ?? {}) as Record<string, unknown>,
    }))
    .sort((one, other) => other.since.localeCompare(one.since))
}

/** Somebody of the staff had a constituent of this person's shown to them. */
export type Look = {
  id: string
  since: string
  by_name: string | null
  reason: string
  started_at: string
  station_id: string
}

/** Latest first. */
export function looksOf(rows: (Row & { id: string })[]): Look[] {
  return rows
    .filter(({ data }) => data.code === 'constituent.revealed')
    .map(({ id, data }) => ({
      ...{ id, since: String(data.created_at) },
      ...(data.data as Omit<Look, 'id' | 'since'>),
    }))
    .sort((one, other) => other.since.localeCompare(one.since))
}

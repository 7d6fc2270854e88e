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

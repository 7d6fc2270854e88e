/** What GET /api/v1/door tells a screen. Unknown fields are ignored. Moments are RFC 3339 in UTC. */
export type DayKey = { day: string; starts_at: string; ends_at: string; key: string }

export type Duty = { starts_at: string; ends_at: string; name: string | null }

export type Told = {
  network_name: string
  is_demo: boolean
  station: {
    name: string
    code: string
    address: string | null
    opening_hours: string | null
    status: string
  }
  duties: Duty[]
  duties_until: string
  step_s: number
  day_keys: DayKey[]
  server_time: string
}

/** What was told last, and by how many ms the server's clock was ahead of this tablet's. */
export type Kept = { told: Told; ahead_ms: number }

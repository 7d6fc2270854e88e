/** What the server tells about the person who is signed in. Unknown fields are ignored. */
export type Me = {
  member: {
    id: string
    code: string
    name: string
    sector: string | null
    sector_name?: string | null
    station_ids: string[]
    shows_name_at_door?: boolean
  }
  device: { id: string; name: string }
  network: { id: number | string; code: string; name: string; is_demo: boolean }
  roles: string[]
  scope: Record<string, unknown>
}

/** RFC 9457, with the server's stable `code` (`noun.reason`) and a text in Chinese. */
export type Problem = {
  code: string
  title: string
  detail?: string
  status: number
  errors?: Record<string, unknown>
}

export type SignedIn = { token: string; device_id: string; me: Me; server_time: string }

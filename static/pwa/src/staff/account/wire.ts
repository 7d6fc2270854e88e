/** What the server says about one's own account. */
export type OwnSession = {
  id: string
  name: string
  is_office: boolean
  is_this: boolean
  enrolled_at: string
  revoked_at: string | null
}

export type Account = {
  account: string | null
  has_password: boolean
  second_factor_since: string | null
  recovery_codes_left: number
  sessions: OwnSession[]
}

export type Begun = { secret: string; uri: string }

export type SheetCode = { member_id: string; code: string; url: string; expires_at: string }

export type Suggestion = {
  id: string
  text: string
  member_name: string
  app_version: string | null
  written_at: string
  answer: string | null
  answered_at: string | null
}

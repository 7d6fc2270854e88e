/** The audit log as the server tells it. */
export type AuditEvent = {
  no: number
  at: string
  action: string
  noun: string
  thing_id: string
  thing_name: string | null
  by_id: string | null
  by_name: string | null
  /** The machine's user who ran a command. */
  system_user: string | null
  device_id: string | null
  device_name: string | null
  about_id: string | null
  about_name: string | null
  reason: string | null
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}

export type AuditEvents = { audit_events: AuditEvent[]; next: string | null; actions: string[] }

export type Constituent = { name: string | null; contact: string | null; consent_version: string }

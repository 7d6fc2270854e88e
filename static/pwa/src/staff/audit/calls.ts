/** The calls of the audit page, and of showing who a constituent is. They throw `Failed` like those of ../calls.ts. */
import { address, ask, type FileType } from '../calls'
import type * as Wire from './wire'

export type AuditQuery = { from: string; to: string; action: string; q: string }

export const listAuditEvents = (query: AuditQuery, after?: string) =>
  ask<Wire.AuditEvents>('GET', address('/audit-events', { ...query, after }))

export const auditFile = (query: AuditQuery, type: FileType) => address(`/audit-events.${type}`, query)

export const revealConstituent = (reception_id: string, reason: string) =>
  ask<Wire.Constituent>('POST', `/api/v1/receptions/${reception_id}/constituent`, { reason })

/** Of an entry that waits for staff. */
export const revealHeld = ({ id, content_hash }: { id: string; content_hash: string }, reason: string) =>
  ask<Wire.Constituent>('POST', `/api/v1/held-entries/${id}/constituent`, { content_hash, reason })

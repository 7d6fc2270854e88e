/** What the calls of reports and export keys answer. Unknown fields are ignored. */
import type { Coverage } from '../wire'

export type Change = { key: string; name: string; field: string; before: number | null; after: number | null }

export type Since = { edition: number; sentences: string[]; changes: Change[] }

export type Figures = Coverage & { since: Since | null }

export const SECTIONS = ['summary', 'work', 'missing', 'since', 'notes'] as const
export type Section = (typeof SECTIONS)[number]

export type Preview = {
  period: string
  period_name: string
  place_name: string
  edition: number
  sections: Record<Section, string[]>
  figures: Figures
}

export type Choices = {
  periods: { name: string; period: string; period_name: string }[]
  districts: { id: string; name: string }[]
  /** The office's own; null while it prints by the one that comes with the program. */
  template: { name: string; placed_at: string } | null
}

/** One edition, as the list shows it. */
export type Edition = {
  id: string
  place_id: string | null
  place_name: string | null
  period: string
  period_name: string
  edition: number
  as_of: string
  issued_by: string
}

export type ExportKey = {
  id: string
  name: string
  member_name: string
  is_own: boolean
  created_at: string
  last_used_on: string | null
  revoked_at: string | null
}

/** The key stands in this one answer only. */
export type MadeKey = { id: string; key: string; name: string }

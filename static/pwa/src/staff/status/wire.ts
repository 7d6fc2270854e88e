/** What GET /api/v1/status answers. */
export type State = 'ok' | 'soon' | 'now'

export type StatusItem = { name: string; state: State; at: string | null; count: number | null }

export type Status = { as_of: string; state: State; items: StatusItem[] }

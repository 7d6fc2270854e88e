/** The table's rows with what is opened in place: network → district → street → station. */
import type { Grouping } from './filters'
import type { CoverageRow } from '../wire'
import type { Line } from './rows'

export type Branch = {
  line: Line
  by: Grouping | 'network'
  /** How far it is set in. */
  depth: number
  /** Whether something lies below it, and whether that is shown. */
  opens: boolean
  open: boolean
}

/** The class that sets a name in, by depth. */
export const SETS_IN = ['', 'in-1', 'in-2'] as const

export type Below = (by: 'street' | 'station', within: string) => Line[]

const FINER = { district: 'street', street: 'station' } as const

/** The rows as they stand one under another; `below` gives a division's own rows, sorted. */
export function branchesOf(
  lines: readonly Line[],
  by: Branch['by'],
  open: ReadonlySet<string>,
  below: Below,
  depth = 0,
): Branch[] {
  const finer = by === 'district' || by === 'street' ? FINER[by] : null
  return lines.flatMap((line) => {
    const isOpen = finer !== null && open.has(line.key)
    const branch: Branch = { line, by, depth, opens: finer !== null && line.stations > 0, open: isOpen }
    if (!isOpen) return [branch]
    return [branch, ...branchesOf(below(finer, line.key), finer, open, below, depth + 1)]
  })
}

/** The row of all rows, which stands first. */
export function wholeBranch(totals: CoverageRow, weeks: number[], name: string): Branch {
  const line = { ...totals, name: name || totals.name, code: '', place: '', rank: 0, weeks }
  return { line, by: 'network', depth: 0, opens: false, open: false }
}

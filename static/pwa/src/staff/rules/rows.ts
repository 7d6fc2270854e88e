/** Searching, sorting and paging a table's rows in the browser. */
import type { Changes, CoverageRow } from '../wire'
import type { Counting } from './filters'

export const PAGE_SIZE = 50

/** A row with what the table knows beside the figures. */
export type Line = CoverageRow & { code: string; place: string; rank: number; weeks?: number[] | undefined }

export type Column = {
  key: string
  /** What is compared when sorting. */
  value: (line: Line) => number | string | null
  /** What is written. */
  text: (line: Line) => string
}

const folded = (text: string) => text.normalize('NFKC').toLowerCase().trim()

export function search<L extends { name: string; code: string; place: string }>(
  lines: readonly L[],
  wanted: string,
): L[] {
  const needle = folded(wanted)
  return lines.filter((line) => folded(`${line.name} ${line.code} ${line.place}`).includes(needle))
}

const chinese = new Intl.Collator('zh-CN', { numeric: true })

function compare(a: number | string, b: number | string): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : chinese.compare(String(a), String(b))
}

/** Sorted by `key` or, largest first, by `-key`. Lines without a value stand last; ties keep their order. */
export function sorted(lines: readonly Line[], columns: readonly Column[], sort: string): Line[] {
  const down = sort.startsWith('-')
  const column = columns.find(({ key }) => key === sort.replace(/^-/, ''))
  if (!column) return [...lines]
  return [...lines].sort((left, right) => {
    const [a, b] = [column.value(left), column.value(right)]
    if (a === null || b === null) return Number(a === null) - Number(b === null)
    return down ? compare(b, a) : compare(a, b)
  })
}

/** Only the lines that this figure counts; all without one. */
export function counted<L extends CoverageRow>(
  lines: readonly L[],
  only: Counting | '',
  changes: Pick<Changes, 'gained' | 'lost'> | null = null,
): L[] {
  if (only === 'gained' || only === 'lost') {
    const keys = new Set(changes?.[only].map(({ division_id }) => division_id))
    return lines.filter(({ key }) => keys.has(key))
  }
  if (only === 'streets_without') {
    return lines.filter(({ streets, streets_tangible: tangible }) => (streets ?? 0) > (tangible ?? 0))
  }
  return lines.filter((line) => !only || (line[only] ?? 0) > 0)
}

/** The next state of a column's head: large to small, small to large, the server's order. */
export function nextSort(sort: string, key: string): string {
  if (sort === `-${key}`) return key
  return sort === key ? '' : `-${key}`
}

export function pageOf<T>(lines: readonly T[], page: number, size = PAGE_SIZE) {
  const pages = Math.max(1, Math.ceil(lines.length / size))
  const current = Math.min(page, pages)
  return { pages, current, lines: lines.slice((current - 1) * size, current * size) }
}

/** The page that the server gave of so many lines in all; a short one is the last, whatever was counted. */
export function pageOfMany<T>(lines: readonly T[], current: number, total: number, size: number) {
  const pages = lines.length < size ? current : Math.max(current, Math.ceil(total / size))
  return { pages, current, lines: [...lines] }
}

/** Changes as a table says them, and the addresses that a spreadsheet reloads. */
import type { Change } from './wire'
import { words, type ReportKey } from './words'

const tenth = new Intl.NumberFormat('zh-CN', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const whole = new Intl.NumberFormat('zh-CN', { maximumFractionDigits: 0 })

/** Hours to the tenth as in the document, everything else whole. */
export function figureWords({ field }: Pick<Change, 'field'>, value: number | null): string {
  if (value === null) return words('changes.none')
  return (field.endsWith('hours') ? tenth : whole).format(value)
}

export const fieldWords = ({ field }: Pick<Change, 'field'>): string => words(`figure.${field}` as ReportKey)

export const TABLES = ['district', 'street', 'station', 'gaps'] as const
export type Table = (typeof TABLES)[number]

/** The address of a table; who may read it stands in the key and never in the address. */
export function tableAddress(
  origin: string,
  { table, window, type }: { table: Table; window: string; type: string },
): string {
  const [path, query] = table === 'gaps' ? ['coverage/gaps', ''] : ['coverage', `by=${table}&`]
  return `${origin}/api/v1/${path}.${type}?${query}window=${window}`
}

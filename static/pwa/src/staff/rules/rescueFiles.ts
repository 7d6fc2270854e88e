/** A rescue file in the office's hand: what its cover says, and what became of what was in it. */
import type { HandedIn } from '@/rescue/carrying'
import type { Result } from '@/sync/types'
import { t, type Key } from '../words'

export type Outcome = 'accepted' | 'duplicate' | 'held' | 'conflict' | 'rejected'
export type Counted = { outcome: Outcome; count: number }

const ORDER: readonly Outcome[] = ['held', 'accepted', 'duplicate', 'conflict', 'rejected']
/** As large as the server takes: said before it is sent. */
export const MOST_BYTES = 12 * 1024 * 1024

/** How many of each outcome there are, none that is empty. */
export function counted({ results }: HandedIn): Counted[] {
  const found = ORDER.map((outcome) => ({
    outcome,
    count: results.filter(({ status }) => status === outcome).length,
  }))
  return found.filter(({ count }) => count > 0)
}

/** One line for one entry: its receipt, what became of it or why it waits. */
export function line({ receipt_no, status, message }: Result): string {
  const number = receipt_no ? t('held.receipt', { number: receipt_no }) : t('hand_in.no_receipt')
  return `${number} · ${(status === 'held' && message) || t(`outcome.${status}` as Key)}`
}

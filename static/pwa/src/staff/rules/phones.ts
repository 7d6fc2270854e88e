/** What a phone holds, in sentences, and what helps. */
import type { Holding } from '../wire'
import { t } from '../words'
import { count, moment } from './figures'

/** Above so many runs of numbers a sentence would be a list. */
const MOST_RUNS = 4

/** `5`, `8–19`, and `…` when there are more. */
export function runs({ missing, missing_count }: Holding): string {
  const shown = missing.slice(0, MOST_RUNS)
  const told = shown.reduce((sum, { first, last }) => sum + last - first + 1, 0)
  const words = shown.map(({ first, last }) => (first === last ? `${first}` : `${first}–${last}`))
  return [...words, ...(told < missing_count ? ['…'] : [])].join('、')
}

/** Everything that this phone leaves open, most pressing first. */
export function holds(phone: Holding): string[] {
  const { pending, missing_count, unsettled, clock_off_s } = phone
  const missing = { count: count(missing_count), numbers: runs(phone) }
  return [
    pending > 0 && t('phones.pending', { pending: count(pending) }),
    missing_count > 0 && t(missing_count > pending ? 'phones.lost' : 'phones.missing', missing),
    unsettled.length > 0 && t('phones.unsettled', { days: unsettled.map(moment).join('、') }),
    clock_off_s !== null && t('phones.clock', { minutes: Math.round(Math.abs(clock_off_s) / 60) }),
  ].filter((line) => line !== false)
}

/** When it was heard of last, in whole days: nobody needs to know the hour. */
export const heard = ({ silent_days }: Holding): string =>
  silent_days === 0 ? t('phones.today') : t('phones.silent', { days: count(silent_days) })

/** The nearest thing that helps. */
export const help = (phone: Holding): string =>
  phone.missing_count > phone.pending ? t('phones.help_lost') : t('phones.help_open')

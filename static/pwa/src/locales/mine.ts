/** The words of one's own pages (records, months, plan, what others did): they come with those pages. */
import { wordsOf } from './index'
import chinese from './mine.zh-CN.json'

export const words = wordsOf('mine', chinese)

/** `2026-11` as people say it. */
export function monthWords(month: string): string {
  const [y, m] = month.split('-').map(Number)
  return words('month', { y: y!, m: m! })
}

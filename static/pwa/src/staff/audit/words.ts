/** The words of the audit page and of constituents: they come with those pages. */
import { makeTranslate } from '@/locales/translate'
import { fieldWords, valueWords } from '../editing/saying'
import type { Value } from '../editing/wire'
import { language } from '../words'
import en from './locales/en.json'
import zh from './locales/zh-CN.json'

export type AuditKey = keyof typeof zh

export const words = makeTranslate(zh, language === 'en' ? en : {})

/** What was done; a deed that this page has no words for is told by its name. */
export const actionWords = (action: string): string =>
  `action.${action}` in zh ? words(`action.${action}` as AuditKey) : action

/** A field in the words of the page where it is edited; one that no page has is told by its name. */
export const fieldText = (name: string): string =>
  `field.${name}` in zh ? words(`field.${name}` as AuditKey) : fieldWords(name)

/** What has no words is told as it was sent. */
const UNKNOWN = /^(kind|role|status)\./

export function valueText(name: string, value: unknown): string {
  if (`value.${String(value)}` in zh) return words(`value.${String(value)}` as AuditKey)
  const said = valueWords(name, value as Value, [])
  if (UNKNOWN.test(said)) return String(value)
  return said === '[object Object]' ? JSON.stringify(value) : said
}

/**
 * The office's words. Chinese is the page's language; `?lang=en` shows the English ones, and so on with each file in
 * locales/.
 */
import { makeTranslate, type Messages } from '@/locales/translate'
import kinds from '@/locales/kinds.zh-CN.json'
import chinese from './locales/zh-CN.json'

/** What this page says, and how the member's app calls the kinds of entries. */
export const zh = { ...chinese, ...kinds }
export type Key = keyof typeof zh

const FILES = import.meta.glob<Messages>(['./locales/*.json', '../locales/kinds.*.json'], {
  eager: true,
  import: 'default',
})
const chosen = new URLSearchParams(globalThis.location?.search).get('lang') ?? 'zh-CN'
const other = FILES[`./locales/${chosen}.json`]
const otherKinds = FILES[`../locales/kinds.${chosen}.json`]

export const language = other ? chosen : 'zh-CN'
export const t = makeTranslate(zh, { ...other, ...otherKinds } as Partial<typeof zh>)

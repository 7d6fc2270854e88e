/** The words of the pages on which the office changes something: they come with those pages. */
import { makeTranslate } from '@/locales/translate'
import { language } from '../words'
import en from './locales/en.json'
import zh from './locales/zh-CN.json'

export type EditKey = keyof typeof zh

export const words = makeTranslate(zh, language === 'en' ? en : {})

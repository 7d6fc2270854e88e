/** The member's words. Chinese is built in; English is fetched (and precached) only where it was chosen. */
import { makeTranslate, type Messages } from './translate'
import chinese from './zh-CN.json'

export type Language = 'zh-CN' | 'en'

let translate = makeTranslate(chinese)

/** The words for a key, with `{name}` filled in. */
export const t: typeof translate = (key, values) => translate(key, values)

export function chosenLanguage(): Language {
  return localStorage.getItem('language') === 'en' ? 'en' : 'zh-CN'
}

/** Called once, before anything is shown. */
export async function loadLanguage(): Promise<void> {
  if (chosenLanguage() === 'zh-CN') return
  const english: Messages = (await import('./en.json')).default
  translate = makeTranslate(chinese, english as Partial<typeof chinese>)
  document.documentElement.lang = 'en'
}

/**
 * The member's words. Chinese is built in. Another language is one file `<code>.json` beside this one, and
 * `<part>.<code>.json` for the words of later pages; what it lacks is said in Chinese. It is fetched (and
 * precached) only where it was chosen.
 */
import chinese from './zh-CN.json'
import { languagesOf, makeTranslate, partOf, type Messages } from './translate'

const FILES = import.meta.glob<Messages>(['./*.json', '!./*zh-CN.json'], { import: 'default' })
const loaded: Record<string, Messages> = {}

/** All that can be chosen, as BCP 47 codes. */
export const LANGUAGES = ['zh-CN', ...languagesOf(Object.keys(FILES))]

/** Makes the words of one part of the app, where that language's file for it has come. */
export function wordsOf<M extends Messages>(part: string, messages: M) {
  return makeTranslate(messages, (loaded[part] ??= {}) as Partial<Record<keyof M, string>>)
}

/** The words for a key, with `{name}` filled in. */
export const t = wordsOf('', chinese)

export function chosenLanguage(): string {
  const chosen = localStorage.getItem('language')
  return LANGUAGES.find((one) => one === chosen) ?? 'zh-CN'
}

/** Called once, before anything is shown. */
export async function loadLanguage(): Promise<void> {
  const language = chosenLanguage()
  document.documentElement.lang = language
  document.documentElement.dir = isRightToLeft(language) ? 'rtl' : 'ltr'
  const files = Object.entries(FILES).filter(([file]) => file.endsWith(`${language}.json`))
  await Promise.all(
    files.map(async ([file, load]) => Object.assign((loaded[partOf(file)] ??= {}), await load())),
  )
}

const isRightToLeft = (language: string) => /^(ug|ar|kk-Arab|ky-Arab)\b/.test(language)

/**
 * Strings by key, with `{name}` filled in. Each page makes its own `t` from its own messages, so the member's
 * phone carries no office strings.
 */
export type Messages = Record<string, string>
export type Values = Record<string, string | number>

export function fill(text: string, values: Values = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

export function makeTranslate<M extends Messages>(messages: M, other: Partial<Record<keyof M, string>> = {}) {
  return (key: keyof M & string, values?: Values) => fill(other[key] ?? messages[key] ?? key, values)
}

/** `./code.en.json` → `code`; `./en.json`, the everyday words, → `` */
export const partOf = (file: string) => file.replace(/^\.\//, '').split('.').slice(0, -2).join('.')

/** The codes of the languages that have a file for the everyday words, such as `./en.json`. */
export const languagesOf = (files: string[]) =>
  files.flatMap((file) => (partOf(file) === '' ? file.slice('./'.length, -'.json'.length) : [])).sort()

/** What a language calls itself. */
export function languageName(code: string): string {
  return code === 'zh-CN' ? '简体中文' : (new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? code)
}

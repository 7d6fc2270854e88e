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

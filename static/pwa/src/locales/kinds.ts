/** The kinds of entries by name: the member's words and, by the same file, the office's. */
import { wordsOf } from './index'
import chinese from './kinds.zh-CN.json'

export const kindWords = wordsOf('kinds', chinese)

type Suffix<K> = K extends `write.${infer Name}` ? Name : never

/** Kinds that are written on a page of their own, whose path is the kind's name; the home page leads there. */
export const WRITTEN = Object.keys(chinese).flatMap((key) =>
  key.startsWith('write.') ? key.slice('write.'.length) : [],
) as Suffix<keyof typeof chinese>[]

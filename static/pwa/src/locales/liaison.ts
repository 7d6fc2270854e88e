/** The words of a liaison's pages: they come with those pages. */
import { wordsOf } from './index'
import chinese from './liaison.zh-CN.json'

export const words = wordsOf('liaison', chinese)

/** The words of the page that is read over the phone: they come with that page. */
import { wordsOf } from './index'
import chinese from './diagnosis.zh-CN.json'

export const words = wordsOf('diagnosis', chinese)

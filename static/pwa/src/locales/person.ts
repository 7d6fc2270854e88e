/** The words about who is signed in, on what, and how safely: they come when they are needed. */
import { wordsOf } from './index'
import chinese from './person.zh-CN.json'

export const words = wordsOf('person', chinese)

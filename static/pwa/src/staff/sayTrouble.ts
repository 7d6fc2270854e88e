import type { Trouble } from './rules/troubles'
import { t } from './words'

/** One sentence for a dialog: the server's own where it gave one. */
export const sayTrouble = (trouble: Trouble): string =>
  'text' in trouble && trouble.text ? trouble.text : t(`trouble.${trouble.kind}`)

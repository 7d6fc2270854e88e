/** Fields and values of what is edited in the words of the page. */
import { ITEM, sayValue } from '../rules/stationEdits'
import { t, type Key } from '../words'
import type { Area, Value } from './wire'
import { words, type EditKey } from './words'

export const fieldWords = (name: string): string =>
  name.startsWith(ITEM) ? name.slice(ITEM.length) : words(`field.${name}` as EditKey).replace(/^field\./, '')

export const valueWords = (name: string, value: Value | undefined, areas: Area[]): string =>
  sayValue(name, value, areas, {
    none: words('value.none'),
    yes: t('value.true'),
    no: t('value.false'),
    notMet: words('value.not_met'),
    status: (status) => t(`status.${status}` as Key),
    role: (role) => t(`role.${role}` as Key),
    kind: (kind) => t(`kind.${kind}` as Key),
  })

import { t } from '@/locales'
import { valueWords, type Names } from '@/rules/changeWords'
import { useStationNames } from './places'
import { useFeed } from './stations'
import { fullTime } from './times'

/** The values of a record's body in words. */
export function useChangeWords() {
  const topics = useFeed('topic')
  const station = useStationNames()
  const topic = (code: unknown) =>
    String(topics.value?.find(({ data }) => data.code === code)?.data.name ?? code)
  const names: Names = { station, topic, people: (n) => t('records.people', { n }), time: fullTime }
  return {
    topicName: topic,
    valuesOf: (values: Record<string, unknown> = {}) => valueWords(values, names).join('；'),
  }
}

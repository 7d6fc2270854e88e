import { t } from '@/locales'
import { words } from '@/locales/reception'
import { answerWords, valueWords, type Names } from '@/rules/changeWords'
import { CHANNELS, PARTIES } from '@/rules/reception'
import { useStationNames } from './places'
import { useFeed } from './stations'
import { fullTime } from './times'

const ANSWERS = { none: 'answer_none', spot: 'answered_on_spot', reply: 'wants_reply' } as const

/** Nothing for what a newer version says. */
const channel = (value: unknown) => {
  const known = CHANNELS.find((one) => one === value)
  return known ? words(`channel_${known}`) : ''
}
const party = (value: unknown) => {
  const known = PARTIES.find((one) => one === value)
  return known ? words(`party_${known}`) : ''
}

/** The values of a record's body in words. */
export function useChangeWords() {
  const topics = useFeed('topic')
  const station = useStationNames()
  const topic = (code: unknown) =>
    String(topics.value?.find(({ data }) => data.code === code)?.data.name ?? code)
  const names: Names = {
    station,
    topic,
    people: (n) => t('records.people', { n }),
    time: fullTime,
    answer: (answer) => words(ANSWERS[answer]),
    channel,
    party,
    who: words('who_changed'),
  }
  return {
    topicName: topic,
    channelName: channel,
    answerOf: (body: Record<string, unknown>) => answerWords(body, names),
    valuesOf: (values: Record<string, unknown> = {}) => valueWords(values, names).join('；'),
  }
}

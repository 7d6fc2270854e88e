/** What somebody at a workstation asks about a phone, in lines whose numbers never change. */
import { computed, onMounted, shallowRef } from 'vue'
import { deviceName } from '@/api/deviceName'
import { t } from '@/locales'
import { words } from '@/locales/diagnosis'
import { updateWaits } from '@/registerWorker'
import { clockWords, megabytes } from '@/rules/diagnosis'
import { listCalls, type CallNote } from '@/sync/callLog'
import { database } from '@/sync/database'
import { useLive } from './live'
import { kept, lookAtRoom, room } from './room'
import { person, session } from './session'
import { useSyncWords } from './syncWords'
import { clockTime, fullTime } from './times'

export type Line = { name: string; said: string }

const ANSWERS_SHOWN = 5
const ID_SHOWN = 8

export function useDiagnosis() {
  const { counted } = useSyncWords()
  const estimate = shallowRef<StorageEstimate>({})
  const isReady = shallowRef(false)
  const stored = useLive(() => {
    const of = person.value
    return () => readStored(of)
  })

  async function look(): Promise<void> {
    await lookAtRoom()
    estimate.value = (await navigator.storage?.estimate?.().catch(() => null)) ?? {}
    isReady.value = !!(await navigator.serviceWorker?.getRegistration().catch(() => null))?.active
  }
  onMounted(look)

  const lines = computed<Line[]>(() =>
    [
      ['version', words(updateWaits.value ? 'version_waits' : 'version_is', here())],
      ['person', session.value ? `${session.value.me.member.name} · ${session.value.me.network.name}` : ''],
      ['device', session.value?.device_id.slice(-ID_SHOWN) ?? ''],
      ['signed_in', words(`signed_in_${counted.value.state?.paused ?? 'yes'}`)],
      ['network', words(navigator.onLine ? 'network_yes' : 'network_no')],
      ['unsent', unsentWords(counted.value)],
      ['answered', answeredWords(counted.value.state)],
      ['trouble', troubleWords(counted.value.state)],
      ['clock', clockWords(words, latestAhead(stored.value?.calls ?? []))],
      ['storage', storageWords(estimate.value)],
      ['kept', words(kept.value ? 'kept_yes' : 'kept_no')],
      ['held_here', words('held_here_is', { entries: stored.value?.entries ?? 0, stations: stored.value?.stations ?? 0 })],
      ['offline', words(isReady.value ? 'offline_yes' : 'offline_no')],
      ['answers', answersWords(stored.value?.calls ?? [])],
    ].map(([name, said]) => ({ name: words(name as 'version'), said: said! })),
  )
  return { lines, counted, look }
}

const here = () => ({ version: __APP_VERSION__, device: deviceName(navigator.userAgent) })

type Known = ReturnType<typeof useSyncWords>['counted']['value']

async function readStored(of: string) {
  return {
    entries: await database.entries.where({ person: of }).count(),
    stations: await database.feed.where({ person: of, noun: 'station' }).count(),
    calls: await listCalls(of),
  }
}

function unsentWords({ unsent: n, attention: m, oldest }: Known): string {
  if (n === 0) return words('unsent_none')
  return words(m ? 'unsent_attention' : 'unsent_some', { n, m, time: fullTime(oldest) })
}

const answeredWords = (state: Known['state']) =>
  state?.last_answer_at ? fullTime(state.last_answer_at) : words('answered_never')

function troubleWords(state: Known['state']): string {
  if (!state?.failure) return words('trouble_none')
  return words(`trouble_${state.failure}`, { n: state.failures, time: clockTime(state.not_before) })
}

const latestAhead = (calls: CallNote[]) => calls.find(({ ahead_ms }) => ahead_ms !== null)?.ahead_ms ?? null

function storageWords({ usage, quota }: StorageEstimate): string {
  if (usage === undefined || quota === undefined) return words('storage_unknown')
  const room_words = words(`room_${room.value}`)
  return words('storage_is', { used: megabytes(usage), left: megabytes(quota - usage), room: room_words })
}

function answersWords(calls: CallNote[]): string {
  if (calls.length === 0) return words('answers_none')
  return calls.slice(0, ANSWERS_SHOWN).map(answerWords).join('\n')
}

function answerWords({ at, status, code, sent: n, took_ms }: CallNote): string {
  const known = { status, code: code ?? '' }
  const said = words(status === 0 ? 'answer_none' : status === 200 ? 'answer_good' : 'answer_refused', known)
  return words('answer', { time: clockTime(at), n, said, took: (took_ms / 1000).toFixed(1) })
}

/** As it is read out or pasted: 1. 版本：… */
export const asText = (lines: Line[]): string =>
  [t('app.name'), ...lines.map(({ name, said }, at) => `${at + 1}. ${name}：${said}`)].join('\n')

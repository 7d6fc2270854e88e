/**
 * The text for the suggestion box: kept on the phone at every keystroke until the server has it. Its id is made
 * with the first letter and kept with it, so that sending again after a lost answer changes nothing.
 */
import { onMounted, ref, watch } from 'vue'
import { v7 } from 'uuid'
import { request } from '@/api/request'
import { words } from '@/locales/account'
import { dropDraft, findDraft, saveDraft } from '@/sync/outbox'
import { person, session } from './session'

type Draft = { id: string; text: string }

export function useSuggestion(whenSent: () => unknown) {
  const of = { person: person.value, name: 'suggestion' }
  const id = ref(v7())
  const text = ref('')
  const ready = ref(false)
  const working = ref(false)
  const sentence = ref('')
  const sent = ref(false)

  onMounted(async () => {
    const known = (await findDraft(of))?.value as Draft | undefined
    id.value = known?.id ?? id.value
    text.value = known?.text ?? ''
    ready.value = true
  })

  watch(text, (now) => (now ? saveDraft({ ...of, value: { id: id.value, text: now } }) : dropDraft(of)))

  async function send(): Promise<void> {
    if (working.value || !text.value.trim()) return
    working.value = true
    sentence.value = ''
    const body = { id: id.value, text: text.value, app_version: __APP_VERSION__ }
    const call = { method: 'POST' as const, path: '/api/v1/suggestions', body, session: session.value }
    const answer = await request(call).catch(() => null)
    working.value = false
    sent.value = answer?.status === 201
    sentence.value = sent.value ? '' : (answer?.problem?.detail ?? words('box.offline'))
    if (sent.value) await forget()
  }

  async function forget(): Promise<void> {
    await dropDraft(of)
    id.value = v7()
    text.value = ''
    await whenSent()
  }

  return { text, ready, working, sentence, sent, send }
}

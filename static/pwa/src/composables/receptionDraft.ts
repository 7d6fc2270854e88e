/**
 * The reception form's content, in IndexedDB at every keystroke, per person. It survives a crash and a
 * closed app.
 */
import { nextTick, onMounted, reactive, ref, watch } from 'vue'
import { emptyDraft, type ReceptionDraft } from '@/rules/reception'
import { dropDraft, findDraft, saveDraft } from '@/sync/outbox'
import { noteRefusal, withRoom } from './room'
import { person } from './session'

export const DRAFT = 'reception'

export function useReceptionDraft() {
  const draft = reactive(emptyDraft(Date.now()))
  const savedAt = ref<number | null>(null)
  const of = { person: person.value, name: DRAFT }
  let following = false

  async function restore() {
    const known = await findDraft(of)
    if (known) Object.assign(draft, known.value)
    savedAt.value = known?.saved_at ?? null
    await nextTick()
    following = true
  }

  async function clear() {
    following = false
    Object.assign(draft, emptyDraft(Date.now()))
    savedAt.value = null
    await dropDraft(of)
    await nextTick()
    following = true
  }

  watch(draft, async (value: ReceptionDraft) => {
    if (!following) return
    const saving = withRoom(saveDraft({ ...of, value: { ...value } }))
    await saving.then(() => (savedAt.value = Date.now()), noteRefusal)
  })
  onMounted(restore)
  return { draft, savedAt, clear }
}

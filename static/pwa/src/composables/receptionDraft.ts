/**
 * The reception form's content, in IndexedDB at every keystroke, per person. It survives a crash and a
 * closed app.
 */
import { nextTick, onMounted, reactive, ref, shallowRef, watch } from 'vue'
import { emptyDraft, type ReceptionDraft } from '@/rules/reception'
import { dropDraft, findDraft, saveDraft } from '@/sync/outbox'
import { useKept } from './kept'
import { takeBack } from './recorder'
import { noteRefusal, withRoom } from './room'
import { person } from './session'

export const DRAFT = 'reception'
export type Written = { id: string; draft: ReceptionDraft }

/** What was saved last, for as long as its page stands open. */
export const written = shallowRef<Written | null>(null)

/** Undone, it stands in the form again. Kept there first: a crash in between leaves it twice rather than not at all. */
export async function writeAgain(): Promise<boolean> {
  if (!written.value) return false
  const of = { person: person.value, name: DRAFT }
  await withRoom(saveDraft({ ...of, value: written.value.draft }))
  const isBack = await takeBack(DRAFT)
  if (!isBack) await dropDraft(of)
  return isBack
}

export function useReceptionDraft() {
  const draft = reactive(emptyDraft(Date.now()))
  const savedAt = ref<number | null>(null)
  const ready = ref(false) // what is typed before the old draft is there would be lost under it
  const ofTab = useKept<ReceptionDraft | null>(DRAFT, null) // two tabs may each have one open
  const of = { person: person.value, name: DRAFT }
  let following = false

  async function restore() {
    const known = await findDraft(of)
    Object.assign(draft, known?.value, ofTab.value)
    savedAt.value = known?.saved_at ?? null
    ready.value = true
    await nextTick()
    following = true
  }

  async function clear() {
    following = false
    ofTab.value = null
    Object.assign(draft, emptyDraft(Date.now()))
    savedAt.value = null
    await dropDraft(of)
    await nextTick()
    following = true
  }

  watch(draft, async (value: ReceptionDraft) => {
    if (!following) return
    ofTab.value = { ...value }
    const saving = withRoom(saveDraft({ ...of, value: { ...value } }))
    await saving.then(() => (savedAt.value = Date.now()), noteRefusal)
  })
  onMounted(restore)
  return { draft, savedAt, ready, clear }
}

/** The form for 代录: kept at every keystroke, saved through the ordinary outbox. */
import { nextTick, onMounted, reactive, ref, watch } from 'vue'
import { checkInOf, emptyEntering, endOf, missingIn, receptionFor, startOf, type Entering } from '@/rules/entering'
import type { LiaisonDay } from '@/rules/liaisonDay'
import { dropDraft, findDraft, saveDraft } from '@/sync/outbox'
import type { Behalf } from '@/sync/types'
import { takeBack, tap, undoable } from './recorder'
import { noteRefusal, withRoom } from './room'
import { person } from './session'

const DRAFT = 'enter for'
const END = `${DRAFT}: its end`
/** The end first: undone alone, a start would leave an end that speaks of nothing. */
export const PLACES = [END, DRAFT]

export async function takeAllBack(): Promise<boolean> {
  const there = PLACES.filter((place) => undoable.has(place))
  const taken = []
  for (const place of there) taken.push(await takeBack(place))
  return there.length > 0 && taken.every(Boolean)
}

type Given = { member: string; station: string; day: () => LiaisonDay | null }

export function useEntering({ member, station, day }: Given) {
  const form = reactive(emptyEntering())
  const saved = ref(false)
  const of = { person: person.value, name: DRAFT }
  let following = false

  /** Chosen by the way one came, else as it was left, else the only station there is. */
  function fill(known: Partial<Entering>): void {
    Object.assign(form, emptyEntering(), known)
    if (member) form.member_id = member
    const { stations = [] } = day() ?? {}
    form.station_id = station || form.station_id || (stations.length === 1 ? stations[0]!.id : '')
  }

  onMounted(async () => {
    fill(((await findDraft(of))?.value ?? {}) as Partial<Entering>)
    await nextTick()
    following = true
  })
  watch(day, () => fill({ ...form }))
  watch(
    () => form.member_id,
    (id) => {
      const [only, ...others] = day()?.people.find((one) => one.id === id)?.station_ids ?? []
      if (!form.station_id && only && others.length === 0) form.station_id = only
    },
  )
  watch(form, async (value) => {
    if (following) await withRoom(saveDraft({ ...of, value: { ...value } })).catch(noteRefusal)
  })

  /** What is missing, or null when it is saved. */
  async function save() {
    const missing = missingIn(form, Date.now())
    const found = day()?.people.find(({ id }) => id === form.member_id)
    if (missing || !found) return missing ?? 'member'
    following = false
    await record({ form, behalf: { id: found.id, name: found.name }, isOwn: found.station_ids.includes(form.station_id) })
    await dropDraft(of)
    saved.value = true
    return null
  }

  async function again(): Promise<void> {
    const { station_id } = form
    fill({ station_id, member_id: '' })
    form.member_id = ''
    saved.value = false
    await nextTick()
    following = true
  }

  return { form, save, again, saved }
}

async function record({ form, behalf, isOwn }: { form: Entering; behalf: Behalf; isOwn: boolean }) {
  const said = { place: DRAFT, draft: DRAFT, behalf }
  if (form.act === 'check_in') return tap({ ...said, kind: 'check_in', body: checkInOf(form, isOwn) })
  if (form.act === 'reception') return tap({ ...said, kind: 'reception', body: receptionFor(form, Date.now()) })
  await tap({ ...said, kind: 'shift_start', body: startOf(form) })
  const shift_id = undoable.get(DRAFT)
  if (!form.ended || form.at === null || !shift_id) return
  await tap({ place: END, kind: 'shift_end', body: endOf(shift_id, form.ends_at ?? Date.now()), behalf })
}

/** The calls by which the office changes something. They throw `Failed` like those of ../calls.ts. */
import { request } from '@/api/request'
import { address, answered, ask, type Settling } from '../calls'
import { session } from '../session'
import type { HeldEntry } from '../wire'
import type * as Wire from './wire'

const IMPORT_MS = 180_000

/** Without `apply` it only looks; with the digest of that look it writes. */
export const importFile = (sheet: Wire.Sheet, file: Blob, query: { name: string; datum: string; apply?: string }) =>
  answered(
    request<Wire.Import>({
      method: 'POST',
      path: address(`/imports/${sheet}`, query),
      body: file,
      session: session.value,
      timeout_ms: IMPORT_MS,
    }),
  )

export const templateFile = (sheet: Wire.Sheet) => address(`/imports/${sheet}/template`, {})

const editsOf = (station: string) => address(`/stations/${encodeURIComponent(station)}/edits`, {})

export const getStationEdits = (station: string) => ask<Wire.StationEdits>('GET', editsOf(station))

export const editStation = (station: string, edit: { version: number; reason: string; fields: Wire.Fields }) => {
  const { changes, items } = splitItems(edit.fields)
  return ask<Wire.StationEdits>('POST', editsOf(station), {
    version: edit.version,
    reason: edit.reason,
    changes,
    items,
  })
}

export const undoStationEdit = (station: string, edit: { version: number; reason: string; undoes: number }) =>
  ask<Wire.StationEdits>('POST', editsOf(station), edit)

export const getStationEvidence = (station: string) =>
  ask<Wire.StationEvidence>('GET', address(`/stations/${encodeURIComponent(station)}/evidence`, {}))

export const putStationRight = (station: string, given: { version: number; mistake: string; reason: string }) =>
  ask<Wire.StationEdits>('POST', address(`/stations/${encodeURIComponent(station)}/place`, {}), given)

export const getStationRecord = (station: string, window: string) =>
  ask<Wire.StationRecord>('GET', address(`/stations/${encodeURIComponent(station)}/record`, { window }))

export const getDutyPlan = (query: { from: string; to: string; station_id: string; after?: string | undefined }) =>
  ask<Wire.DutyPlan>('GET', address('/duty-plan', query))

export const planShift = (plan: Wire.NewPlan) => ask<unknown>('POST', '/api/v1/duty-plan', plan)

export const unplanShift = (id: string, reason: string) =>
  ask<unknown>('POST', `/api/v1/duty-plan/${id}/removal`, { reason })

export const decideTogether = async (how: Settling, entries: HeldEntry[], reason: string) => {
  const names = entries.map(({ id, content_hash }) => ({ id, content_hash }))
  const body = { how, code: entries[0]!.code, reason, entries: names }
  return (await ask<{ results: Wire.Decided[] }>('POST', '/api/v1/held-entries/decisions', body)).results
}

export const getSettings = () => ask<Wire.Settings>('GET', '/api/v1/settings')

export const addSetting = (setting: { noun: Wire.SettingNoun; code: string; name: string; reason: string }) =>
  ask<Wire.Settings>('POST', '/api/v1/settings', setting)

export const renameSetting = (
  id: string,
  to: { noun: Wire.SettingNoun; version: number; name: string; reason: string },
) => ask<Wire.Settings>('PATCH', `/api/v1/settings/${id}`, to)

export const getRules = () => ask<Wire.Rules>('GET', '/api/v1/rules')

export const proposeRules = (proposal: { version: number; reason: string; rules: Wire.RuleSet }) => {
  const { standard, ...thresholds } = proposal.rules
  const { version, reason } = proposal
  return ask<Wire.Rules>('POST', '/api/v1/rules/proposals', { version, reason, standard, thresholds })
}

export const decideRules = (id: string, decision: Wire.Decision, reason: string) =>
  ask<Wire.Rules>('POST', `/api/v1/rules/proposals/${id}/decision`, { decision, reason })

const MEMBERS = '/api/v1/members'

export const getPersonChoices = () => ask<Wire.PersonChoices>('GET', `${MEMBERS}/choices`)

export const getPerson = (id: string) => ask<Wire.PersonEdits>('GET', `${MEMBERS}/${encodeURIComponent(id)}`)

export const addPerson = (person: { code: string; reason: string; fields: Wire.Fields }) => {
  const { code, reason } = person
  const { disabled: _, ...fields } = person.fields
  return ask<Wire.PersonEdits>('POST', MEMBERS, { code, reason, ...fields })
}

export const editPerson = (
  id: string,
  edit: { version: number; reason: string; changes?: Wire.Fields; undoes?: number },
) => ask<Wire.PersonEdits>('POST', `${MEMBERS}/${id}/edits`, edit)

const MOST_FOUND = 50

/** The first of the stations whose name, address or initials have these words. */
export const findStations = async (q: string, division: string | undefined) =>
  (await ask<{ stations: Wire.Area[] }>('GET', address('/stations', { q, division, limit: MOST_FOUND }))).stations

const ITEM = 'item.'

/** The wire has items of the standard apart from the columns. */
function splitItems(fields: Wire.Fields): { changes: Wire.Fields; items: Wire.Fields } {
  const entries = Object.entries(fields)
  const items = entries.filter(([name]) => name.startsWith(ITEM))
  return {
    changes: Object.fromEntries(entries.filter(([name]) => !name.startsWith(ITEM))),
    items: Object.fromEntries(items.map(([name, value]) => [name.slice(ITEM.length), value])),
  }
}

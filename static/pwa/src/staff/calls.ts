/** Every call of the office's page, named by what it gives. Throws `Failed` with what a reader can do. */
import { request, requestFile, Unreachable, type Answer, type Call } from '@/api/request'
import type { HandedIn } from '@/rescue/carrying'
import { troubleFrom, OFFLINE, type Trouble } from './rules/troubles'
import { forget, session } from './session'
import type * as Wire from './wire'

export class Failed extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble.kind)
  }
}

export const ask = <T>(method: Call['method'], path: string, body?: unknown) =>
  answered(request<T>({ method, path, body, session: session.value }))

const DOWNLOAD_MS = 120_000

export const getFile = (path: string) =>
  answered(requestFile({ method: 'GET', path, session: session.value, timeout_ms: DOWNLOAD_MS }))

export async function answered<T>(underWay: Promise<Answer<T>>): Promise<T> {
  const answer = await reached(underWay)
  if (answer.problem) await refuse(answer)
  return answer.data as T
}

const reached = <T>(underWay: Promise<Answer<T>>): Promise<Answer<T>> =>
  underWay.catch((error: unknown) => {
    throw error instanceof Unreachable ? new Failed(OFFLINE) : error
  })

async function refuse({ problem, headers }: Answer<unknown>): Promise<never> {
  const trouble = troubleFrom(problem!, headers.get('X-Request-ID') ?? '')
  if (trouble.kind === 'sign_in') await forget()
  throw new Failed(trouble)
}

export function address(path: string, query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]))
  return `/api/v1${path}${search.size ? `?${search}` : ''}`
}

export type CoverageQuery = {
  window?: string
  from?: string
  to?: string
  by: string
  within?: string
  /** Stations' ids with commas between, up to 100. */
  ids?: string
  /** Rows of stations page by page: so many behind that one. */
  limit?: number
  after?: string
}

export type FileType = 'csv' | 'xlsx'

export const coverageFile = (query: CoverageQuery, type: FileType) => address(`/coverage.${type}`, query)

export const viewFile = (view: 'weeks' | 'hours' | 'trend', query: Partial<CoverageQuery>, type: FileType) =>
  address(`/coverage/${view}.${type}`, query)

export const gapsFile = (window: string, within: string, type: FileType) =>
  address(`/coverage/gaps.${type}`, { window, within })

export const stationFile = (id: string, window: string, type: FileType) =>
  address(`/coverage/stations/${encodeURIComponent(id)}.${type}`, { window })

export const getCoverage = (query: CoverageQuery) => ask<Wire.Coverage>('GET', address('/coverage', query))

export const getPoints = (place: Place) => atCoverage<Wire.Points>('points', place)

export const getStationCoverage = (id: string, window: string) =>
  ask<Wire.StationCoverage>('GET', address(`/coverage/stations/${encodeURIComponent(id)}`, { window }))

/** What stands first in each list. */
export const getGaps = (window: string, within: string, limit: number) =>
  ask<Wire.Gaps>('GET', address('/coverage/gaps', { window, within, limit }))

/** One list (`all` are streets and stations) behind `after`, which is the `next` of the page before. */
export const getGapPage = (query: Place & { list: string; after: string; limit: number }) =>
  ask<Wire.Gaps>('GET', address('/coverage/gaps', query))

type Place = { window: string; within: string }

const atCoverage = <T>(view: string, query: Record<string, string | number | undefined>) =>
  ask<T>('GET', address(`/coverage/${view}`, query))

/** `after` is the last reception of the page before, of those that wait for a reply. */
export const getToday = (within: string, after = '') => atCoverage<Wire.Today>('today', { within, after })

export const getChanges = (place: Place) => atCoverage<Wire.Changes>('changes', place)

export const getTrend = (place: Place) => atCoverage<Wire.Trend>('trend', place)

export const getHours = (place: Place) => atCoverage<Wire.WeekHours>('hours', place)

export const getWeeks = (query: CoverageQuery) => atCoverage<Wire.Weeks>('weeks', query)

export type FactsQuery = Place & { figure: Wire.Figure; station_id?: string | undefined }

export const getFacts = (query: FactsQuery, after?: string) =>
  atCoverage<Wire.Facts>('facts', { ...query, after })

/** The mark of the figures as they are, or null while it is still `mark`. Throws like every call. */
export async function feelPulse(mark: string): Promise<string | null> {
  const headers: Record<string, string> = mark ? { 'If-None-Match': mark } : {}
  const answer = await reached(
    request<unknown>({ method: 'GET', path: '/api/v1/coverage/pulse', headers, session: session.value }),
  )
  if (answer.status === 304) return null
  if (answer.problem) await refuse(answer)
  return answer.headers.get('ETag') ?? ''
}

export const getStation = (id: string) => ask<Wire.Station>('GET', `/api/v1/stations/${encodeURIComponent(id)}`)

export const listDivisions = async () =>
  (await ask<{ divisions: Wire.Division[] }>('GET', '/api/v1/divisions')).divisions

export const listOutlines = async () =>
  (await ask<{ features: Wire.Outline[] }>('GET', '/api/v1/divisions/outlines')).features

export const listHeldEntries = (state: Wire.HeldState, after?: string) =>
  ask<{ held_entries: Wire.HeldEntry[]; next: string | null }>(
    'GET',
    address('/held-entries', { state, after }),
  )

export type Settling = 'release' | 'close'

export const settleHeldEntry = (
  { id, content_hash }: Wire.HeldEntry,
  how: Settling,
  given: { reason: string; amendment?: Wire.Amendment },
) => ask<unknown>('POST', address(`/held-entries/${id}/${how}`, {}), { ...given, content_hash })

export const listTopics = async () =>
  (await ask<{ topics: Wire.Topic[] }>('GET', '/api/v1/topics')).topics

export const getFleet = () => ask<Wire.Fleet>('GET', '/api/v1/devices')

const HAND_IN_MS = 180_000

/** The text of a rescue file, as it lies there. */
export const handInRescueFile = (text: string) =>
  answered(
    request<HandedIn>({
      method: 'POST',
      path: '/api/v1/rescue-files',
      body: text,
      session: session.value,
      timeout_ms: HAND_IN_MS,
    }),
  )

export const listMembers = (q: string, after?: string) =>
  ask<{ members: Wire.Member[]; next: string | null }>('GET', address('/members', { q, after }))

export const issueEnrolmentCode = (member_id: string) =>
  ask<Wire.EnrolmentCode>('POST', '/api/v1/enrolment-codes', { member_id })

export const listDoorScreens = async (station_id: string) =>
  (await ask<{ door_screens: Wire.DoorScreen[] }>('GET', `/api/v1/door-screens?station_id=${station_id}`))
    .door_screens

export const issueDoorCode = (station_id: string) =>
  ask<Wire.EnrolmentCode>('POST', '/api/v1/door-screens/codes', { station_id })

export const renewDoorKeys = (station_id: string, reason: string) =>
  ask<null>('POST', '/api/v1/door-screens/keys', { station_id, reason })

export const revokeDoorScreen = (id: string, is_lost: boolean) =>
  ask<null>('DELETE', `/api/v1/door-screens/${id}?is_lost=${is_lost}`)

export const revokeDevice = (id: string) => ask<null>('DELETE', `/api/v1/devices/${id}`)

/**
 * The sender. Tabs and the service worker call `synchronise`; one Web Lock lets only one of them send (10.1),
 * and everything it decides from is read inside the lock. It never throws for the network or the server: it
 * writes down what happened and when to try next. Numbers are steps of docs/sync-protocol.md.
 */
import { request, Unreachable, type Answer } from '@/api/request'
import { isShared, listSenders, type Session } from '@/api/sessions'
import { takeIn, type Sent } from './answers'
import { aheadMs, noteCall } from './callLog'
import { database, isFull } from './database'
import { countInOutbox, listForeign, listWaiting, purge, RUN, stateOf, type Author } from './outbox'
import {
  afterCall,
  halves,
  inSendingOrder,
  mayCall,
  PROTOCOL,
  retryAfterS,
  takeBatch,
  toGiveBack,
  waitMs,
  wireEntry,
  type CallOutcome,
  type Occasion,
} from './protocol'
import { forgetIfStopped, forgetReceived } from './shared'
import { localTime } from './time'
import type { Entry, Receipt, SyncAnswer, SyncState } from './types'

const DAY_MS = 24 * 3600_000

type Item = { id: string; entry: Entry } | { id: string; seal: Receipt }

/** The call did not go through; what to do next is written in the person's sync state. */
class Stopped extends Error {}

export function authorOf({ me, device_id }: Session): Author {
  return { person: `${me.network.id}:${me.member.id}`, device_id }
}

/** Sends what waits and pulls what is new. Returns how many entries still wait to be sent. */
export async function synchronise(occasion: Occasion): Promise<number> {
  if (!navigator.locks) return synchroniseAlone(occasion)
  return navigator.locks.request('workstation-send', () => synchroniseAlone(occasion))
}

async function synchroniseAlone(occasion: Occasion): Promise<number> {
  let waiting = 0
  const troubles: unknown[] = []
  for (const session of await listSenders())
    await synchroniseFor(session, occasion).then(
      (still) => (waiting += still),
      (trouble: unknown) => troubles.push(trouble), // nobody's trouble stops the others
    )
  if (troubles.length > 0) throw troubles[0]
  return waiting
}

/** On a shared tablet one after the other, each with the own token and the own state. */
async function synchroniseFor(session: Session, occasion: Occasion): Promise<number> {
  const author = authorOf(session)
  const state = await stateOf(author)
  if (mayCall({ state, occasion, now: Date.now() })) await converse({ session, author })
  if (await isShared(session)) await forgetReceived({ person: author.person, now: Date.now() })
  else await forgetIfStopped(author)
  return (await listWaiting(author.person)).length
}

type Talk = { session: Session; author: Author }

async function converse(talk: Talk): Promise<void> {
  try {
    let again = true
    while (again) again = await exchange({ ...talk, batch: await nextBatch(talk.author) })
    await purgeDaily(talk.author)
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
  }
}

const purged = new Map<string, number>()

async function purgeDaily({ person }: Author): Promise<void> {
  const now = Date.now()
  if (Math.abs(now - (purged.get(person) ?? -Infinity)) < DAY_MS) return
  await purge({ person, now })
  purged.set(person, now)
}

/** 3.1, 3.2, 8.3 */
async function nextBatch(author: Author): Promise<Item[]> {
  const { person, device_id } = author
  const { epoch } = await stateOf(author)
  const receipts = await listForeign({ person, epoch })
  const seals = toGiveBack({ receipts, epoch, now: Date.now() }).map((seal) => ({ id: seal.id, seal }))
  const waiting = inSendingOrder({ entries: await listWaiting(person), device_id })
  const entries = waiting.map((entry) => ({ id: entry.id, entry }))
  // A seal and its entry never share a batch: results are matched by id.
  const items: Item[] = seals.length > 0 ? seals : entries
  return takeBatch(items, (item) => JSON.stringify(item).length * 3)
}

/** One batch, halved as often as needed (6.1). True when there is more to send or to pull. */
async function exchange({ batch, ...talk }: Talk & { batch: Item[] }): Promise<boolean> {
  const state = await stateOf(talk.author)
  const answer = await call({ ...talk, batch, state })
  const { status, problem } = answer
  const outcome = afterCall({ status, code: problem?.code ?? null, size: batch.length })
  if (outcome.next === 'halve') return exchangeHalves({ ...talk, batch })
  if (outcome.next === 'attention') return setAside({ item: batch[0]!, state, answer })
  if (outcome.next !== 'apply' || !answer.data) throw await stopped({ state, outcome, answer })
  return apply({ batch, state, data: answer.data })
}

async function exchangeHalves({ batch, ...talk }: Talk & { batch: Item[] }): Promise<boolean> {
  for (const half of halves(batch)) await exchange({ ...talk, batch: half })
  return true
}

async function call({ session, author, batch, state }: Talk & { batch: Item[]; state: SyncState }) {
  const leaving = batch.filter((item) => 'entry' in item).length
  const body = {
    protocol: PROTOCOL,
    sent_at: localTime(new Date()),
    cursor: state.cursor,
    pending: (await countInOutbox(author.person)) - leaving,
    entries: batch.map((item) => wireItem(item, author.device_id)),
  }
  const began = Date.now()
  const answer = await answerTo(session, body)
  const ended = Date.now()
  await noteCall(author.person, {
    at: ended,
    status: answer.status,
    code: answer.problem?.code ?? null,
    sent: batch.length,
    took_ms: ended - began,
    ahead_ms: aheadMs({ began, ended, server_time: answer.data?.server_time }),
  })
  return answer
}

async function answerTo(session: Session, body: object): Promise<Answer<SyncAnswer>> {
  try {
    const headers = { 'X-App-Version': __APP_VERSION__ }
    return await request<SyncAnswer>({ method: 'POST', path: '/api/v1/sync', session, body, headers })
  } catch (error) {
    if (error instanceof Unreachable) return NO_ANSWER
    throw error
  }
}

const NO_ANSWER: Answer<SyncAnswer> = { status: 0, data: null, problem: null, headers: new Headers() }

function wireItem(item: Item, device_id: string) {
  if ('seal' in item) return { id: item.id, sealed: item.seal.sealed }
  return wireEntry({ entry: item.entry, device_id, run: RUN, now_ms: performance.now() })
}

async function apply({ batch, state, data }: { batch: Item[]; state: SyncState; data: SyncAnswer }) {
  const missing = await keep({ ids: batch.map(({ id }) => id), answer: data, state, now: Date.now() })
  const stuck = data.more && data.cursor === state.cursor && batch.length === 0
  if (missing.length > 0 || stuck) throw await failed({ state, headers: new Headers(), failure: 'server' })
  const { person, device_id } = state
  return data.more || (await nextBatch({ person, device_id })).length > 0
}

/** When the phone is too full for what is new, the receipts still fit: they take the place of what was sent. */
async function keep(sent: Sent): Promise<string[]> {
  const { answer, state } = sent
  // `more`: a walk without its rows has not ended, so the rows of the one before stay (7.6).
  const onlyResults = { ...answer, changes: [], cursor: state.cursor, more: true, reset: false }
  return takeIn(sent).catch((reason: unknown) => {
    if (!isFull(reason) || sent.ids.length === 0) throw reason
    return takeIn({ ...sent, answer: onlyResults })
  })
}

/** 6.1: what fails alone must not block the others. */
async function setAside(given: {
  item: Item
  state: SyncState
  answer: Answer<SyncAnswer>
}): Promise<boolean> {
  const { item, state, answer } = given
  const { code = null, detail, title } = answer.problem ?? {}
  if ('seal' in item) {
    await database.receipts.update([state.person, item.id], { epoch: state.epoch })
  } else {
    const reason = { code, message: detail ?? title ?? null }
    await database.entries.where({ id: item.id }).modify({ state: 'attention', reason })
  }
  return true
}

type Stop = { state: SyncState; outcome: CallOutcome; answer: Answer<SyncAnswer> }

async function stopped({ state, outcome, answer }: Stop): Promise<Stopped> {
  if (outcome.next === 'pause') {
    await database.states.update(state.person, { paused: outcome.pause })
    return new Stopped(outcome.pause)
  }
  const failure = outcome.next === 'wait' ? outcome.failure : 'server'
  return failed({ state, headers: answer.headers, failure })
}

type Failed = { state: SyncState; headers: Headers; failure: 'unreachable' | 'server' }

async function failed({ state, headers, failure }: Failed): Promise<Stopped> {
  const now = Date.now()
  const { failures: before = 0 } = (await database.states.get(state.person)) ?? {}
  const failures = before + 1
  const retry_after_s = retryAfterS(headers.get('Retry-After'), now)
  const not_before = now + waitMs({ failures, random: Math.random(), retry_after_s })
  await database.states.update(state.person, { failures, failure, not_before })
  return new Stopped(failure)
}

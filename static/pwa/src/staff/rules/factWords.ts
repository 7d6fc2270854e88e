/** A fact in a few words: what it was, how it was attested, when. */
import type { Fact } from '../wire'
import { t, type Key } from '../words'
import { clockTime, count, moment } from './figures'

const KINDS: Record<Fact['kind'], Key> = {
  check_in: 'facts.figure_check_ins',
  shift: 'facts.figure_shifts',
  reception: 'facts.figure_receptions',
}

/** `接待 · 住房 · 3 人次` */
export function factWords(fact: Fact, topics: ReadonlyMap<string, string>): string {
  const topic = fact.topic === null ? [] : [topics.get(fact.topic) ?? fact.topic]
  const people = fact.headcount === null ? [] : [t('facts.people', { people: count(fact.headcount) })]
  return [t(KINDS[fact.kind]), ...topic, ...people].join(' · ')
}

const LEVELS = [0, 1, 2, 3] as const

/** How well it is attested, with the distance where one was judged; a reception needs no such thing. */
export function judged({ evidence, distance_m, verdict }: Fact): string {
  const level = LEVELS.find((each) => each === evidence)
  if (level === undefined) return ''
  const where = verdict ? [t(`verdict.${verdict}` as Key)] : []
  const far = distance_m === null ? [] : [t('facts.distance', { metres: count(distance_m) })]
  return [t(`facts.evidence_${level}`), ...where, ...far].join(' · ')
}

/** `11-21 09:00–11:30`; an end on another day is written whole. */
export function span({ kind, started_at, ended_at }: Fact): string {
  if (!ended_at) return kind === 'shift' ? `${moment(started_at)} ${t('facts.open_shift')}` : moment(started_at)
  const [begins, ends] = [moment(started_at), moment(ended_at)]
  const sameDay = begins.slice(0, 5) === ends.slice(0, 5)
  return `${begins}–${sameDay ? clockTime(ended_at) : ends}`
}

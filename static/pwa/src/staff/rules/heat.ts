/** Shades of a heat map: in five steps of the largest value; nothing is its own. */
import { count, hours } from './figures'

export type Shade = 0 | 1 | 2 | 3 | 4 | 5

export function shadeIn(value: number, most: number): Shade {
  if (value <= 0 || most <= 0) return 0
  return Math.min(5, Math.max(1, Math.ceil((value / most) * 5))) as Shade
}

export const mostOf = (rows: readonly (readonly number[])[]): number => Math.max(0, ...rows.flat())

/** As short as a cell is wide: a tenth while that matters. */
export const inCell = (value: number): string =>
  value <= 0 ? '' : value < 9.95 ? hours(value) : count(value)

/** Where nobody was on duty for longest stands first: by the last week with duty, then by the order given. */
export function quietestFirst<R extends { duty_hours: readonly number[] }>(rows: readonly R[]): R[] {
  const last = ({ duty_hours }: R) => duty_hours.reduce((found, value, index) => (value > 0 ? index : found), -1)
  return [...rows].sort((a, b) => last(a) - last(b))
}

/** Twelve weeks as a little curve of bars; weeks with a day that is not settled are marked. */
import { count, hours } from './figures'
import type { Week } from '../wire'

export type Bar = { x: number; y: number; width: number; height: number; provisional: boolean }

export const SPARK = { width: 72, height: 20, gap: 1.5 }
const LEAST = 1.5 // a week with duty is never drawn as one without

/** Bars from the left, the tallest as high as the box; a week without duty has none. */
export function barsOf(values: readonly number[], weeks: readonly Week[]): Bar[] {
  const most = Math.max(...values, 0)
  const step = SPARK.width / Math.max(values.length, 1)
  return values.map((value, index) => {
    const height = value > 0 ? Math.max(LEAST, (value / most) * SPARK.height) : 0
    return {
      x: index * step,
      y: SPARK.height - height,
      width: step - SPARK.gap,
      height,
      provisional: weeks[index]?.provisional ?? false,
    }
  })
}

/** `0、12.5、3（暂计）`: the same for those who hear it. */
export const sparkWords = (values: readonly number[], weeks: readonly Week[], provisional: string): string =>
  values
    .map(
      (value, index) => `${value ? hours(value) : count(0)}${weeks[index]?.provisional ? provisional : ''}`,
    )
    .join('、')

/** A gate's figures in words. `have` and `need` come as numbers whose unit hangs on the gate. */
import type { Gate } from '../wire'
import { t } from '../words'
import { count, percent } from './figures'

export const GATES = ['G1', 'G2', 'G3', 'G4', 'G5'] as const
type Known = (typeof GATES)[number]

const SHARES: readonly Known[] = ['G4']

export const isKnown = (gate: string): gate is Known => (GATES as readonly string[]).includes(gate)

const written = (gate: Known, value: number) => (SHARES.includes(gate) ? percent(value) : count(value))

function side(which: 'have' | 'need', gate: string, value: number | null): string {
  if (value === null) return ''
  return isKnown(gate) ? t(`gate.${which}_${gate}`, { value: written(gate, value) }) : String(value)
}

export const haveWords = ({ gate, have }: Pick<Gate, 'gate' | 'have'>): string => side('have', gate, have)
export const needWords = ({ gate, need }: Pick<Gate, 'gate' | 'need'>): string => side('need', gate, need)
export const gateName = (gate: string): string => (isKnown(gate) ? t(`gate.${gate}`) : gate)

/** The size of type, kept on this phone. Set before anything is shown. */
import { ref } from 'vue'

export const SIZES = ['normal', 'large', 'huge'] as const
export type Size = (typeof SIZES)[number]

const known = localStorage.getItem('size')
export const size = ref<Size>(SIZES.find((one) => one === known) ?? 'normal')

export function applySize(): void {
  document.documentElement.dataset.size = size.value
}

export function chooseSize(chosen: Size): void {
  size.value = chosen
  localStorage.setItem('size', chosen)
  applySize()
}

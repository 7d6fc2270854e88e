/** Looks through the camera for a QR code. The picture stays in memory, and is read five times a second. */
import { readQr } from './readQr'

export type NoCamera = 'denied' | 'absent' | 'busy'

const LOOK_EVERY_MS = 200
const SIDE_PX = 640
const REASONS: Record<string, NoCamera> = { NotAllowedError: 'denied', NotFoundError: 'absent' }

/** Starts the camera in this element, or says why there is none. */
export async function openCamera(video: HTMLVideoElement): Promise<NoCamera | null> {
  if (!navigator.mediaDevices?.getUserMedia) return 'absent'
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 } },
    })
    video.srcObject = stream
    await video.play()
    return null
  } catch (reason) {
    closeCamera(video)
    return REASONS[(reason as DOMException).name] ?? 'busy'
  }
}

export function closeCamera(video: HTMLVideoElement): void {
  const stream = video.srcObject as MediaStream | null
  for (const track of stream?.getTracks() ?? []) track.stop()
  video.srcObject = null
}

/** Calls `found` with the text of each code that is seen, until the camera is closed. */
export function watchCamera(video: HTMLVideoElement, found: (text: string) => void): void {
  const canvas = document.createElement('canvas')
  const look = () => {
    if (!video.srcObject) return
    const text = seen(video, canvas)
    if (text) found(text)
    setTimeout(look, LOOK_EVERY_MS)
  }
  look()
}

/** The square in the middle, as the frame on the screen shows it. */
function seen(video: HTMLVideoElement, canvas: HTMLCanvasElement): string | null {
  const square = Math.min(video.videoWidth, video.videoHeight)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!square || !context) return null
  const side = Math.min(square, SIDE_PX)
  canvas.width = canvas.height = side
  const [left, top] = [(video.videoWidth - square) / 2, (video.videoHeight - square) / 2]
  context.drawImage(video, left, top, square, square, 0, 0, side, side)
  return readQr(context.getImageData(0, 0, side, side))
}

// The page's camera, or its screen, as coded pictures for the kernel.
//
// A picture is coded only when the kernel has room for it, and one at a time: what does
// not fit is dropped before any work was done on it.

const MOST_UNDER_WAY = 4;

class CameraCapture {
  // `device`: "camera" or "screen"; `post` takes its pictures; `ended()` is told when the
  // track ends.
  constructor(device, post, ended) {
    this.device = device;
    this.post = post;
    this.ended = ended;
    this.run = null;
  }

  // Throws what getUserMedia throws.
  async start(wish, deviceId) {
    this.stop();
    const run = (this.run = {});
    const stream = await this.open(wish, deviceId);
    if (this.run !== run) return stopTracks(stream); // no longer wanted
    this.stream = stream;
    this.wish = { ...wish, whole: this.device === "screen" };
    const [track] = stream.getVideoTracks();
    this.label = track.label;
    this.deviceId = track.getSettings().deviceId;
    track.addEventListener("ended", () => {
      if (this.run !== run) return;
      this.stop();
      this.ended();
    });
    if (globalThis.MediaStreamTrackProcessor) this.read(run, stream, track);
    else this.watch(run, stream);
  }

  open({ width, height, fps }, deviceId) {
    if (this.device === "screen") {
      if (navigator.userActivation?.isActive === false)
        throw new DOMException("", "InvalidStateError");
      return navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: fps } }, audio: false });
    }
    return navigator.mediaDevices.getUserMedia({
      video: {
        width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: fps },
        ...(deviceId ? { deviceId: { exact: deviceId } } : {}),
      },
    });
  }

  stop() {
    this.run = null;
    if (this.stream) stopTracks(this.stream);
    this.worker?.terminate();
    this.coder?.close();
    this.port?.close();
    this.stream = this.worker = this.coder = this.port = null;
  }

  get isOn() {
    return Boolean(this.stream);
  }

  // Pictures as the camera gives them, also in a tab that nobody sees, coded by a worker.
  read(run, stream, track) {
    const text = `(${captureWorker})((${pictureCoders})())`;
    const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    this.worker = new Worker(url);
    this.worker.onerror = () => {
      this.worker = null; // this page may have no workers
      if (this.run === run) this.watch(run, stream);
    };
    const { readable } = new MediaStreamTrackProcessor({ track, maxBufferSize: 1 });
    const port = this.post.pictures(this.device);
    const { wish } = this;
    this.worker.postMessage(
      { readable, port, wish, origin: performance.timeOrigin, most: MOST_UNDER_WAY, first: firstNumber() },
      [readable, port],
    );
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  // The same by a <video> that is not on the page, for browsers without the former.
  watch(run, stream) {
    const video = document.createElement("video");
    Object.assign(video, { muted: true, playsInline: true, srcObject: stream });
    let number = firstNumber();
    let taken = number;
    const port = (this.port = this.post.pictures(this.device));
    port.onmessage = ({ data }) => (taken = Math.max(taken, Math.min(data.taken, number)));
    const coder = (this.coder = pictureCoders()(this.wish, (buffer, at, key) =>
      port.postMessage({ number: (number += 1), at, key, format: coder.format, buffer }, [buffer])));
    const next = (now, about) => {
      if (this.run !== run) return;
      if (number - taken < MOST_UNDER_WAY && !coder.busy && video.videoWidth)
        coder.code(video, video.videoWidth, video.videoHeight, about?.captureTime ?? performance.now());
      wait();
    };
    const wait = () => {
      if (video.requestVideoFrameCallback && !document.hidden) video.requestVideoFrameCallback(next);
      else setTimeout(next, 1000 / this.wish.fps);
    };
    video.addEventListener("playing", wait, { once: true });
    video.play().catch(() => {});
  }

  wantKey() {
    if (this.coder) this.coder.keyDue = true;
    this.worker?.postMessage({ key: true });
  }
}

// Pictures are numbered from the page's milliseconds on: those of a later run are higher.
function firstNumber() {
  return Math.round(performance.now());
}

function stopTracks(stream) {
  for (const track of stream.getTracks()) track.stop();
}

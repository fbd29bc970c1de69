// The page's camera, or its screen, as coded pictures for the kernel.
//
// A picture is coded only when the kernel has room for it, and one at a time: what does
// not fit is dropped before any work was done on it.

const MOST_UNDER_WAY = 4;

class CameraCapture {
  // `device`: "camera" or "screen"; `send(head, buffer)` takes a coded picture; `ended()`
  // is told when the track ends.
  constructor(device, send, ended) {
    this.device = device;
    this.send = send;
    this.ended = ended;
    this.number = 0; // of the last picture that was sent
    this.before = 0; // the last one of the run before
    this.taken = 0; // the kernel has dealt with all up to this one
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
    this.before = this.taken = this.number;
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
    this.stream = this.worker = this.coder = null;
  }

  get isOn() {
    return Boolean(this.stream);
  }

  // Pictures as the camera gives them, also in a tab that nobody sees, coded by a worker.
  read(run, stream, track) {
    const text = `(${captureWorker})((${pictureCoders})())`;
    const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    this.worker = new Worker(url);
    this.worker.onmessage = ({ data: { buffer, ...head } }) => this.coded(run, head, buffer);
    this.worker.onerror = () => {
      this.worker = null; // this page may have no workers
      if (this.run === run) this.watch(run, stream);
    };
    const { readable } = new MediaStreamTrackProcessor({ track, maxBufferSize: 1 });
    const { wish } = this;
    this.worker.postMessage({ readable, wish, origin: performance.timeOrigin, most: MOST_UNDER_WAY }, [readable]);
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  // The same by a <video> that is not on the page, for browsers without the former.
  watch(run, stream) {
    const video = document.createElement("video");
    Object.assign(video, { muted: true, playsInline: true, srcObject: stream });
    let number = 0;
    const coder = (this.coder = pictureCoders()(this.wish, (buffer, at, key) =>
      this.coded(run, { number: (number += 1), at, key, format: coder.format }, buffer)));
    const next = (now, about) => {
      if (this.run !== run) return;
      if (this.number - this.taken < MOST_UNDER_WAY && !coder.busy && video.videoWidth)
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

  coded(run, { number, ...head }, buffer) {
    if (this.run !== run) return;
    this.number = this.before + number;
    this.send({ kind: "frame", device: this.device, number: this.number, ...head }, buffer);
  }

  acknowledged(number) {
    this.taken = Math.max(this.taken, Math.min(number, this.number));
    this.worker?.postMessage({ taken: this.taken - this.before });
  }

  wantKey() {
    if (this.coder) this.coder.keyDue = true;
    this.worker?.postMessage({ key: true });
  }
}

function stopTracks(stream) {
  for (const track of stream.getTracks()) track.stop();
}

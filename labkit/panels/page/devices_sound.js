// The page's microphone and loudspeaker, one audio worklet for both.
//
// The worklet speaks to the post (devices_post.js) without coming by here; what is played
// waits a moment in it (devices_worklet.js).

class PageSound {
  // `settle(device, state)` is told how devices are.
  constructor(post, settle) {
    this.post = post;
    this.settle = settle;
    this.wanted = {};
    this.halfDuplex = false;
  }

  // Brings the devices to what the kernel wants: { rate } or nothing, each.
  async change(microphone, speaker, line) {
    // Where a track can be read without it, the microphone needs no audio thread.
    const rate = (speaker ?? (globalThis.MediaStreamTrackProcessor ? null : microphone))?.rate ?? 0;
    if (rate !== this.rate) await this.open(rate);
    await this.bring("speaker", speaker, line, "", () => this.listen());
    await this.bring("microphone", microphone, line, line.chosen.microphone, (id) => this.record(id));
    if (!speaker) this.node?.port.postMessage({ flush: true });
  }

  async bring(device, wish, line, id, start) {
    const wanted = wish ? JSON.stringify([wish, id]) : "";
    if (wanted === (this.wanted[device] ?? "")) return;
    this.wanted[device] = wanted;
    if (device === "microphone") this.stopRecording();
    if (!wish) return this.settle(device, "off");
    await line.trying(device, () => start(id));
    this.shows();
  }

  // One context for both; without a rate, none.
  async open(rate) {
    const tapped = Boolean(this.source);
    if (tapped) this.stopRecording();
    await this.context?.close().catch(() => {});
    this.context = this.node = null;
    this.rate = rate;
    this.wanted = tapped ? {} : { microphone: this.wanted.microphone }; // what starts anew
    if (!rate || !globalThis.AudioContext || !globalThis.AudioWorkletNode) return;
    await this.build(new AudioContext({ sampleRate: rate, latencyHint: 0 }));
  }

  async build(context) {
    const url = URL.createObjectURL(new Blob([`(${soundWorklet})()`], { type: "text/javascript" }));
    await context.audioWorklet.addModule(url);
    URL.revokeObjectURL(url);
    this.context = context;
    this.node = new AudioWorkletNode(context, "labkit-sound", {
      numberOfOutputs: 1, outputChannelCount: [1], processorOptions: { burst: context.baseLatency },
    });
    const port = this.post.sounds(context.sampleRate);
    this.node.port.postMessage({ port, halfDuplex: this.halfDuplex }, [port]);
    this.node.connect(context.destination);
    context.onstatechange = () => this.shows();
    context.resume(); // settles only when the browser allows it
  }

  async listen() {
    if (!this.context) throw new DOMException("", "NotSupportedError");
  }

  async record(deviceId) {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: {
        echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: { ideal: 1 },
        ...(deviceId ? { deviceId: { exact: deviceId } } : {}),
      },
    });
    const [track] = stream.getAudioTracks();
    if (globalThis.MediaStreamTrackProcessor) this.read(track);
    else await this.tap(stream);
    this.stream = stream;
    this.post.work({ recording: true });
    this.deviceId = track.getSettings().deviceId;
    track.addEventListener("ended", () => {
      if (this.stream !== stream) return;
      this.stopRecording();
      this.settle("microphone", "ended");
    });
  }

  read(track) {
    const { readable } = new MediaStreamTrackProcessor({ track });
    this.post.work({ track: readable }, [readable]);
  }

  // The same by the worklet, for browsers without the former.
  async tap(stream) {
    await this.listen();
    try {
      this.source = this.context.createMediaStreamSource(stream);
    } catch {
      // This browser records at its own rate only: let that be the rate of all.
      await this.context.close();
      await this.build(new AudioContext({ latencyHint: 0 }));
      this.source = this.context.createMediaStreamSource(stream);
    }
    this.source.connect(this.node);
    this.node.port.postMessage({ record: true });
  }

  stopRecording() {
    this.node?.port.postMessage({ record: false });
    this.source?.disconnect();
    if (this.stream) {
      stopTracks(this.stream);
      this.post.work({ recording: false });
    }
    this.source = this.stream = null;
  }

  // --- how it is ---

  setHalfDuplex(on) {
    this.halfDuplex = on;
    this.node?.port.postMessage({ halfDuplex: on });
  }

  // Without a click on the page, a browser may neither play nor record.
  shows() {
    const state = this.context?.state === "running" ? "on" : "click";
    if (this.wanted.speaker && this.context) this.settle("speaker", state);
    if (this.stream) this.settle("microphone", this.source ? state : "on");
  }

  resume() {
    if (this.context?.state === "suspended") this.context.resume();
  }

  retry() {
    this.resume();
    if (!this.stream) this.wanted.microphone = "";
    if (!this.context) this.rate = 0;
  }
}

// The page's microphone and loudspeaker, one audio worklet for both.
//
// What is recorded leaves at once while the kernel takes it, and gathers while it does
// not; what is played waits a moment in the worklet (see devices_worklet.js).

const VOICES_UNDER_WAY = 4;
const PLAYED_TOLD_EVERY = 2; // fewer than the kernel lets be under way
const LONGEST_WAIT = 0.3; // seconds of recorded sound that gather; beyond, the oldest goes

class PageSound {
  // `send(head, buffer)` takes recorded sound, `settle(device, state)` how devices are.
  constructor(send, settle) {
    this.send = send;
    this.settle = settle;
    this.played = 0; // the number of the last sound that came from the kernel
    this.waiting = 0; // milliseconds of sound in the worklet's buffer
    this.underruns = 0;
    this.number = 0;
    this.taken = 0;
    this.gathered = [];
    this.wanted = {};
    this.halfDuplex = false;
  }

  // Brings the devices to what the kernel wants: { rate } or nothing, each.
  async change(microphone, speaker, line) {
    const rate = (speaker ?? microphone)?.rate ?? 0;
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
    this.stopRecording();
    await this.context?.close().catch(() => {});
    this.context = this.node = null;
    this.rate = rate;
    if (!rate) return;
    this.wanted = {}; // all start anew
    if (!globalThis.AudioContext || !globalThis.AudioWorkletNode) return;
    await this.build(new AudioContext({ sampleRate: rate, latencyHint: "interactive" }));
  }

  async build(context) {
    const url = URL.createObjectURL(new Blob([`(${soundWorklet})()`], { type: "text/javascript" }));
    await context.audioWorklet.addModule(url);
    URL.revokeObjectURL(url);
    this.context = context;
    this.node = new AudioWorkletNode(context, "labkit-sound", { numberOfOutputs: 1, outputChannelCount: [1] });
    this.node.port.onmessage = ({ data }) => this.context === context && this.heard(data);
    this.node.port.postMessage({ halfDuplex: this.halfDuplex });
    this.node.connect(context.destination);
    context.onstatechange = () => this.shows();
    context.resume(); // settles only when the browser allows it
  }

  async listen() {
    if (!this.context) throw new DOMException("", "NotSupportedError");
  }

  async record(deviceId) {
    await this.listen();
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: {
        echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: { ideal: 1 },
        ...(deviceId ? { deviceId: { exact: deviceId } } : {}),
      },
    });
    try {
      this.source = this.context.createMediaStreamSource(stream);
    } catch {
      // This browser records at its own rate only: let that be the rate of all.
      await this.context.close();
      await this.build(new AudioContext({ latencyHint: "interactive" }));
      this.source = this.context.createMediaStreamSource(stream);
    }
    this.stream = stream;
    this.taken = this.number;
    this.gathered = [];
    const [track] = stream.getAudioTracks();
    this.deviceId = track.getSettings().deviceId;
    track.addEventListener("ended", () => {
      if (this.stream !== stream) return;
      this.stopRecording();
      this.settle("microphone", "ended");
    });
    this.source.connect(this.node);
    this.node.port.postMessage({ record: true });
  }

  stopRecording() {
    this.node?.port.postMessage({ record: false });
    this.source?.disconnect();
    if (this.stream) stopTracks(this.stream);
    this.source = this.stream = null;
    this.gathered = [];
  }

  // --- what goes through ---

  heard({ sound, waiting, underruns }) {
    this.waiting = (1000 * waiting) / this.context.sampleRate;
    this.underruns = underruns;
    if (!sound || !this.stream) return;
    this.gathered.push(sound);
    this.gatheredAt = performance.now();
    const most = (LONGEST_WAIT * this.context.sampleRate) / sound.length;
    while (this.gathered.length > most) this.gathered.shift();
    this.sendGathered();
  }

  sendGathered() {
    if (!this.gathered.length || this.number - this.taken >= VOICES_UNDER_WAY) return;
    const block = new Int16Array(this.gathered.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.gathered) {
      block.set(part, at);
      at += part.length;
    }
    this.gathered = [];
    this.number += 1;
    const rate = this.context.sampleRate;
    this.send({ kind: "voice", number: this.number, at: this.gatheredAt, rate }, block.buffer);
  }

  acknowledged(voices) {
    this.taken = Math.max(this.taken, Math.min(voices, this.number));
    this.sendGathered();
  }

  play({ number, rate }, data) {
    if (number <= this.played && number > this.played - 8) return; // overtaken on its way
    this.played = number;
    if (this.node && this.context.state === "running") {
      const samples = new Int16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
      this.node.port.postMessage({ samples, rate }, [samples.buffer]);
    }
    // Recorded sound tells it by the way; without any, every second time is enough.
    if (!this.stream && number % PLAYED_TOLD_EVERY === 0) this.send({ kind: "played" });
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
    if (this.stream) this.settle("microphone", state);
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

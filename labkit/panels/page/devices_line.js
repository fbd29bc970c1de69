// The line between a phone's devices in the kernel and those of this page.
//
// The kernel says every second what it wants and which page is to give it; the page
// answers each time how its devices are. When the kernel falls silent, or another page
// is to have the devices, all of them are let go: no camera's light without a kernel.

const LINE_SILENT_AFTER = 4000; // milliseconds
const LINE_HELLO_EVERY = 1000;
const LINE_LEAVES_AFTER = 500; // a cell that runs again shows its panel again

class DevicesLine {
  // One for each model on a page, however many panels show it.
  static of(model) {
    return (model.labkitLine ??= new DevicesLine(model));
  }

  constructor(model) {
    this.model = model;
    this.post = new DevicesPost(model, (content) => this.hear(content), () => this.changed());
    this.page = this.post.page;
    this.views = new Set();
    this.wishes = {};
    this.owner = null; // the page that has the devices, as the kernel said last
    this.ping = 0;
    this.key = 0;
    this.heardAt = -Infinity;
    this.states = { camera: "off", screen: "off", microphone: "off", speaker: "off" };
    this.chosen = { camera: "", microphone: "" };
    this.found = { camera: [], microphone: [] };
    this.permissions = {}; // device → "granted", "denied" or "prompt"
    [this.camera, this.screen] = ["camera", "screen"].map((device) => new CameraCapture(device,
      this.post, () => this.settle(device, "ended")));
    this.sound = new PageSound(this.post, (device, state) => this.settle(device, state));
    this.turn = Promise.resolve();
    addEventListener("pagehide", () => this.vanish());
    addEventListener("pageshow", (event) => event.persisted && this.hello());
    document.addEventListener("visibilitychange", () => this.watch !== undefined && (this.here(), this.changed()));
    const clicked = () => this.clicked();
    for (const what of ["pointerdown", "keydown"]) addEventListener(what, clicked, true);
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.look(true));
  }

  attach(view) {
    this.views.add(view);
    if (this.watch === undefined) {
      this.watch = setInterval(() => this.watchOver(), LINE_HELLO_EVERY);
      this.post.open();
      this.hello();
      this.look();
      this.askPermissions();
    }
    return () => {
      this.views.delete(view);
      setTimeout(() => this.views.size || this.leave(), LINE_LEAVES_AFTER);
    };
  }

  leave() {
    if (this.watch === undefined) return;
    clearInterval(this.watch);
    this.watch = undefined;
    this.letGo();
    this.say({ kind: "bye" });
    this.post.close();
  }

  // The page goes, and its workers at once: what they have been given is not sent.
  vanish() {
    this.letGo();
    this.post.throughJupyter({ kind: "bye", page: this.page, played: 0, waiting: 0 });
  }

  // --- words ---

  say(content) {
    this.post.send(content);
  }

  hello() {
    this.ping = 0;
    this.here();
  }

  here() {
    this.say({
      kind: "here", ping: this.ping, at: performance.now(), states: this.states,
      label: this.camera.label ?? "", hidden: document.hidden, underruns: this.post.underruns,
    });
  }

  claim() {
    this.say({ kind: "claim" });
  }

  hear(content) {
    if (this.watch === undefined) return;
    this.heardAt = performance.now();
    if (content.kind === "wish") {
      const ours = content.to === this.page;
      this.ping = content.ping;
      this.here();
      if (content.key !== this.key) {
        this.camera.wantKey();
        this.screen.wantKey();
      }
      this.key = content.key;
      if (this.owner !== content.to) {
        this.owner = content.to;
        this.changed();
      }
      this.wishes = ours ? content.wishes : {};
      this.obey();
    }
  }

  watchOver() {
    const silent = performance.now() - this.heardAt > LINE_SILENT_AFTER;
    if (!silent) return;
    this.letGo();
    this.hello();
  }

  // --- what the kernel wants ---

  letGo() {
    this.wishes = {};
    this.obey();
  }

  // Sound one after the other, for its two devices share a context. No other device
  // waits while the person is asked about one.
  obey() {
    const { camera, screen, microphone, speaker } = this.wishes;
    this.bring("camera", camera);
    this.bring("screen", screen);
    this.turn = this.turn.then(() => this.sound.change(microphone, speaker, this))
      .catch((error) => console.warn(error));
  }

  // Starts, restarts or stops one of the two; what failed is tried again only when asked.
  async bring(device, wish) {
    const capture = this[device];
    const wanted = wish ? JSON.stringify([wish, this.chosen[device]]) : "";
    if (wanted === capture.wanted) return;
    capture.wanted = wanted;
    if (!wish) {
      capture.stop();
      return this.settle(device, "off");
    }
    const still = () => capture.wanted === wanted;
    await this.trying(device, () => capture.start(wish, this.chosen[device]), still);
    this.look();
  }

  async trying(device, start, still = () => true) {
    if (!navigator.mediaDevices?.getUserMedia) return this.settle(device, unavailable());
    this.settle(device, "asking");
    let state = "on";
    try {
      await start();
    } catch (error) {
      state = stateOf(error);
    }
    if (still()) this.settle(device, state);
  }

  // A person, or a change of what there is, says that it may work now.
  retry() {
    for (const capture of [this.camera, this.screen]) if (!capture.isOn) capture.wanted = null;
    this.sound.retry();
    this.obey();
  }

  clicked() {
    if (this.watch !== undefined) this.sound.resume();
  }

  choose(device, id) {
    this.chosen[device] = id;
    this.obey();
    this.changed();
  }

  setHalfDuplex(on) {
    this.sound.setHalfDuplex(on);
    this.changed();
  }

  // --- what there is ---

  // Has the browser ask now, so that no call is held up by the question.
  async allow(devices) {
    const of = (device) => devices.includes(device);
    try {
      const asked = { video: of("camera"), audio: of("microphone") };
      stopTracks(await navigator.mediaDevices.getUserMedia(asked));
      for (const device of devices) this.settle(device, "off");
    } catch (error) {
      for (const device of devices) this.settle(device, stateOf(error));
    }
    this.look();
  }

  // What the person has allowed, where the browser tells; and when that changes.
  async askPermissions() {
    for (const device of ["camera", "microphone"]) {
      try {
        const status = await navigator.permissions.query({ name: device });
        const note = () => {
          this.permissions = { ...this.permissions, [device]: status.state };
          if (this.states[device] === "refused" && status.state === "granted") this.retry();
          this.changed();
        };
        status.onchange = note;
        note();
      } catch {
        // This browser does not tell.
      }
    }
  }

  // `changed`: something was plugged in or out, so what was missing may be there.
  async look(changed = false) {
    if (!navigator.mediaDevices?.enumerateDevices) {
      for (const device of ["camera", "microphone", "speaker"]) this.settle(device, unavailable());
      return;
    }
    const all = await navigator.mediaDevices.enumerateDevices().catch(() => []);
    const of = (kind) => all.filter((one) => one.kind === kind)
      .map(({ deviceId, label }) => ({ id: deviceId, label }));
    this.found = { camera: of("videoinput"), microphone: of("audioinput") };
    for (const device of ["camera", "microphone"]) {
      const gone = this.chosen[device] && !this.found[device].some(({ id }) => id === this.chosen[device]);
      if (gone) this.chosen[device] = "";
      if (changed && ["missing", "ended"].includes(this.states[device]) && this.found[device].length) this.retry();
    }
    this.changed();
  }

  settle(device, state) {
    if (this.states[device] === state) return;
    this.states = { ...this.states, [device]: state };
    this.here();
    this.changed();
  }

  changed() {
    for (const view of this.views) view();
  }
}

function unavailable() {
  return globalThis.isSecureContext === false ? "insecure" : "unsupported";
}

function stateOf(error) {
  switch (error.name) {
    case "NotAllowedError":
    case "SecurityError":
      return "refused";
    case "InvalidStateError": // sharing a screen begins with a click
      return "click";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      console.warn(error);
      return "unsupported";
  }
}

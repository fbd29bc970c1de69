// The strip of a panel that shows and chooses this browser's devices.
//
//     const devices = new Devices(model, words);
//     root.append(devices.node);
//     devices.draw(scene.devices);      // null when the phone uses none of them
//     devices.free();

const DEVICE_TROUBLES = [
  "insecure", "unsupported", "refused", "missing", "busy", "ended", "click", "asking",
];

class Devices {
  constructor(model, words) {
    this.words = words;
    this.line = this.detach = this.scene = null;
    this.rows = ["camera", "screen", "microphone", "speaker"].map((device) => new DeviceRow(this, device));
    this.step = element("p", { class: "lk-devices-step", role: "status" });
    this.button = element("button", { type: "button", class: "lk-button" });
    this.button.addEventListener("click", () => this.act?.());
    this.callout = element("div", { class: "lk-devices-callout", hidden: true }, this.step, this.button);
    this.turns = element("input", { type: "checkbox" });
    this.turns.addEventListener("change", () => this.line?.setHalfDuplex(this.turns.checked));
    this.duplex = element("label", { class: "lk-devices-turns", title: words.turns_hint }, this.turns, words.turns);
    this.hint = element("span", { class: "lk-hint" }, words.headphones);
    this.node = element("section", { class: "lk-devices", "aria-label": words.devices, hidden: true },
      element("h4", {}, words.devices), this.callout,
      element("div", { class: "lk-devices-rows" }, ...this.rows.map((row) => row.node)),
      element("div", { class: "lk-devices-sound" }, this.duplex, this.hint));
    this.attach(model);
  }

  // The model of the line is another one than the panel's.
  async attach(model) {
    const id = model.get("line").slice("IPY_MODEL_".length);
    const line = await model.widget_manager.get_model(id).catch(() => null);
    if (!line) return; // a panel that is over, drawn again: its line is gone
    this.line = DevicesLine.of(line);
    this.refresh();
  }

  draw(scene) {
    this.scene = scene ?? null;
    this.refresh();
  }

  free() {
    this.draw(null);
  }

  refresh() {
    this.node.hidden = !this.scene;
    if (!this.line) return;
    if (this.scene) {
      this.detach ??= this.line.attach(() => this.show());
      this.show();
    } else {
      this.detach?.();
      this.detach = null;
    }
  }

  show() {
    const { line, scene } = this;
    if (!scene) return;
    for (const row of this.rows) row.show(line, scene);
    this.duplex.hidden = this.hint.hidden = !(scene.microphone && scene.speaker);
    this.turns.checked = line.sound.halfDuplex;
    const { text, label, act } = this.advice();
    this.callout.hidden = !text;
    write(this.step, text ?? "");
    write(this.button, label ?? "");
    this.button.hidden = !label;
    this.act = act;
    this.node.dataset.waiting = Math.round(line.post.waiting); // for who measures
    this.node.dataset.underruns = line.post.underruns;
  }

  // What the person can do now: one thing, the most pressing.
  advice() {
    const { line, scene, words } = this;
    if (line.owner && line.owner !== line.page)
      return { text: words.device_elsewhere, label: words.device_use_here, act: () => line.claim() };
    const used = Object.keys(line.states).filter((device) => scene[device]);
    for (const trouble of DEVICE_TROUBLES) {
      const troubled = used.filter((device) => line.states[device] === trouble);
      if (!troubled.length) continue;
      const word = (kind) => words[`${kind}_${trouble}_${troubled[0]}`] ?? words[`${kind}_${trouble}`] ?? "";
      const names = troubled.map((device) => words[device]).join(", ");
      return { text: `${names}: ${word("step")}`, label: word("do"), act: () => line.retry() };
    }
    if (document.hidden) return { text: words.device_hidden };
    const asked = used.filter((device) => line.permissions[device] === "prompt"
      && line.states[device] === "off");
    if (asked.length) return { text: words.step_prompt, label: words.do_prompt, act: () => line.allow(asked) };
    return {};
  }
}

// One device: its name, which one it is, how it is.
class DeviceRow {
  constructor(strip, device) {
    this.device = device;
    this.words = strip.words;
    const id = `lk-${device}-${Math.random().toString(36).slice(2)}`;
    this.name = element("label", { class: "lk-label", for: id });
    this.choice = element("select", { id, class: "lk-field" });
    this.choice.addEventListener("change", () => strip.line?.choose(device, this.choice.value));
    this.choice.addEventListener("keydown", (event) => event.stopPropagation()); // not JupyterLab's
    this.state = element("span", { class: "lk-device-state" });
    this.node = element("div", { class: "lk-device", "data-device": device }, this.name, this.choice, this.state);
  }

  show(line, scene) {
    const { device, words } = this;
    this.node.hidden = !scene[device];
    write(this.name, words[device]);
    const found = line.found[device] ?? [];
    const shown = JSON.stringify(found);
    if (shown !== this.shown) {
      this.shown = shown;
      this.choice.replaceChildren(...found.map(({ id, label }, at) =>
        element("option", { value: id }, label || `${words[device]} ${at + 1}`)));
    }
    this.choice.hidden = found.length === 0;
    const now = device === "camera" ? line.camera.deviceId : line.sound.deviceId;
    this.choice.value = line.chosen[device] || now || found[0]?.id || "";
    const elsewhere = line.owner && line.owner !== line.page;
    const state = elsewhere ? "off" : line.states[device];
    this.node.dataset.state = state;
    write(this.state, words[`state_${state}`] ?? "");
  }
}

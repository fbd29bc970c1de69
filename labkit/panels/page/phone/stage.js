// The stage: the peer's picture, one's own in its corner, and what is said upon them.

class Stage {
  constructor(commands, ring, words, link) {
    this.words = words;
    this.link = link;
    this.screens = { peer: new Screen("lk-peer"), own: new Screen("lk-own") };
    this.swap = signButton("swap", words.swap, { sort: "lk-swap" });
    this.swap.addEventListener("click", () => this.frame.classList.toggle("lk-swapped"));
    this.initial = element("span", { class: "lk-initial", "aria-hidden": "true" });
    this.nobody = icon("silhouette");
    this.faceName = element("span", { class: "lk-face-name" });
    this.empty = element("span", { class: "lk-no-picture" }, words.no_picture);
    this.face = element("div", { class: "lk-face" },
      element("div", { class: "lk-disc" }, this.nobody, this.initial), this.faceName, this.empty);
    this.marks = element("div", { class: "lk-marks", role: "status" });
    this.answering = element("div", { class: "lk-answering" },
      commands.sign(["answer"], { shown: true, key: "A", sort: "lk-big" }),
      commands.sign(["refuse"], { shown: true, key: "R", sort: "lk-big" }));
    this.bell = ring.button;
    this.revoke = commands.plain("refuse_recording");
    this.revoke.classList.add("lk-revoke");
    this.no = commands.plain("refuse_recording");
    this.question = element("p", { id: newId() });
    this.consent = element("div", { class: "lk-consent", role: "alertdialog", "aria-labelledby": this.question.id, hidden: true },
      this.question, element("div", { class: "lk-bar" }, commands.plain("allow_recording"), this.no));
    this.frame = element("div", { class: "lk-frame", role: "group", "aria-label": words.pictures },
      this.screens.peer.node, this.face, this.screens.own.node, this.swap,
      element("div", { class: "lk-upper" }, this.marks, this.revoke), this.bell, this.answering, this.consent);

    this.headline = element("strong", { class: "lk-headline" });
    this.timer = element("span", { class: "lk-timer", role: "timer" });
    this.why = element("span", { class: "lk-why" });
    this.status = element("div", { class: "lk-status" },
      element("span", { class: "lk-dot", "aria-hidden": "true" }), this.headline, this.timer, this.why);

    this.record = commands.sign(["record", "stop_recording"]);
    this.snapshot = signButton("snapshot", words.snapshot, { key: "S" });
    this.snapshot.addEventListener("click", () => this.save());
    this.full = signButton("full", words.full, { key: "F" });
    this.full.addEventListener("click", () => this.toggleFull());
    this.bar = element("div", { class: "lk-call-bar", role: "toolbar", "aria-label": words.call_bar },
      commands.sign(["mute", "unmute"], { key: "M" }),
      commands.sign(["pause_video", "resume_video"], { key: "V" }),
      commands.sign(["hold", "resume"], { key: "P" }),
      this.record, this.snapshot, this.full,
      commands.sign(["hang_up"], { shown: true, key: "H" }));

    this.meters = [words.own_level, words.peer_level].map((text) => this.meter(text));
    this.node = element("div", { class: "lk-stage" }, this.frame, this.status, this.bar,
      element("div", { class: "lk-levels" }, ...this.meters.map(({ row }) => row)));
    this.node.addEventListener("fullscreenchange", () => {
      const is = document.fullscreenElement === this.node;
      this.full.say(is ? words.full_end : words.full, is ? "full_end" : "full");
    });
    this.told = () => {}; // (text): something to tell the user
    this.asked = () => {}; // the peer asks for consent
    this.peer = "";
  }

  meter(text) {
    const filled = element("span", { class: "lk-fill" });
    const bar = element("span", { class: "lk-meter", role: "meter", "aria-label": text, "aria-valuemin": 0, "aria-valuemax": 100 }, filled);
    return { bar, filled, row: element("div", { class: "lk-level" }, element("span", {}, text), bar) };
  }

  toggleFull() {
    if (document.fullscreenElement === this.node) document.exitFullscreen();
    else this.node.requestFullscreen?.().catch(() => this.told(this.words.no_full));
  }

  // The picture that is seen at this moment, at its own size, as a file of the browser's.
  // Not asked of the kernel: it would be a later one than the one that was meant.
  save() {
    const canvas = this.screens.peer.node;
    if (canvas.classList.contains("lk-empty")) return;
    const at = new Date(Date.now() - 60000 * new Date().getTimezoneOffset());
    const name = `${this.peer.replace(/[^\p{L}\p{N}_-]+/gu, "_").slice(0, 40)}-${at.toISOString().slice(0, 19).replace(/[T:]/g, "-")}.jpg`;
    canvas.toBlob((blob) => {
      if (!blob) return;
      const url = URL.createObjectURL(blob);
      element("a", { href: url, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(url), 10000);
      this.told(fill(this.words.saved, { name }));
    }, "image/jpeg", 0.95);
  }

  draw(scene) {
    const { words } = this;
    this.peer = scene.peer;
    write(this.headline, scene.headline);
    write(this.timer, scene.timer);
    write(this.why, scene.why);
    write(this.initial, scene.busy ? [...scene.peer][0] ?? "" : "");
    this.nobody.toggleAttribute("hidden", scene.busy);
    write(this.faceName, scene.busy ? scene.peer : "");
    this.empty.hidden = !scene.pictures;
    this.answering.hidden = this.bell.hidden = !scene.buttons.answer;
    this.screens.peer.name(fill(words.picture_of, { name: scene.peer }));
    this.screens.own.name(words.own_picture);
    if (!scene.pictures) {
      this.frame.classList.remove("lk-swapped");
      for (const stream of ["peer", "own"]) {
        this.link.forget(stream);
        this.screens[stream].clear();
      }
    }
    this.drawMarks(scene.marks);
    const asks = Boolean(scene.consent);
    const isNew = asks && this.consent.hidden;
    this.consent.hidden = !asks;
    if (isNew) this.asked();
    this.revoke.hidden = asks || !scene.buttons.refuse_recording;
    write(this.question, scene.consent);
    this.record.title = scene.no_folder || this.record.title;
    this.full.disabled = !scene.pictures;
    this.drawTools();
    this.meters.forEach(({ bar, filled }, index) => {
      const level = scene.measures ? scene.measures.levels[index] : 0;
      filled.style.inlineSize = `${level}%`;
      bar.setAttribute("aria-valuenow", level);
    });
  }

  drawTools() {
    const seen = !this.screens.peer.node.classList.contains("lk-empty");
    this.snapshot.disabled = !seen;
    this.swap.hidden = !seen || this.screens.own.node.classList.contains("lk-empty");
  }

  drawMarks(marks) {
    const wanted = JSON.stringify(marks);
    if (wanted === this.shown) return;
    this.shown = wanted;
    this.marks.replaceChildren(...marks.map(({ kind, text }) => element("div", { class: `lk-mark lk-mark-${kind}` },
      ...(kind === "rec" ? [element("b", {}, this.words.rec)] : kind === "lock" ? [icon("lock")] : []), element("span", {}, text))));
  }

  picture(stream, blob) {
    this.screens[stream].show(blob);
  }

  free() {
    Object.values(this.screens).forEach((screen) => screen.clear());
  }
}

export default panel((root, link, words) => {
  root.classList.add("lk-link");
  const wishes = new Wishes(link);
  const name = element("h3", { class: "lk-name" });

  // --- for both ways: alike or not, seed, off
  const seedHint = element("span", { class: "lk-hint", id: newId() }, words.seed_hint);
  const seed = numberControl(words.seed, seedHint.id, (value) => wishes.wish("seed", value), 8);
  seed.node.inputMode = "numeric";
  const off = element("button", { type: "button", class: "lk-button", title: words.all_off_hint }, words.all_off);
  off.addEventListener("click", () => link.say({ kind: "set", key: "off", value: true }));
  const file = element("input", { type: "file", accept: ".csv,.txt,text/*", hidden: true });
  const load = element("button", { type: "button", class: "lk-button" }, words.load_trace);
  load.addEventListener("click", () => file.click());
  file.addEventListener("change", async () => {
    if (file.files.length) link.say({ kind: "trace", text: await file.files[0].text() });
    file.value = "";
  });
  const alike = switchControl(words.alike, null, words, (on) => wishes.wish("alike", on));
  const tools = element("div", { class: "lk-tools" },
    element("span", { class: "lk-tool" }, element("strong", {}, words.alike), wishes.add("alike", alike)),
    element("label", { class: "lk-tool" }, element("strong", {}, words.seed), wishes.add("seed", seed), seedHint),
    element("span", { class: "lk-bar" }, load, off, file));

  // --- each way: what it is now in words, presets, sliders
  const ways = Object.fromEntries(["there", "back"].map((way) => [way, new WayView(way, wishes, words)]));
  const columns = element("div", { class: "lk-sides" }, ways.there.node, ways.back.node);

  // --- the ledger
  const counts = ["offered", "duplicated", "delivered", "lost", "of_late", "under_way", "corrupted", "causes"];
  const heads = element("tr", {}, element("th", { scope: "col" }, words.fates));
  const rows = counts.map((count) => element("tr", {}, element("th", { scope: "row" }, words[count])));
  const sum = element("p", { class: "lk-hint lk-sum" });
  const ledger = element("section", { class: "lk-group lk-ledger", "aria-label": words.fates },
    element("table", { class: "lk-figures" }, element("thead", {}, heads), element("tbody", {}, ...rows)), sum);

  const said = element("p", { class: "lk-said", role: "status", "aria-live": "polite" });
  const others = element("p", { class: "lk-others" });
  const alert = element("p", { class: "lk-alert", role: "alert" });
  const foot = element("footer", { class: "lk-foot" }, said, others, alert);
  root.append(element("header", { class: "lk-head" }, name), tools,
    element("div", { class: "lk-network" }, columns, ledger), foot);

  function drawFates(fates) {
    fates.forEach((fate, at) => {
      const column = at + 1;
      if (!heads.children[column]) {
        heads.append(element("th", { scope: "col" }));
        rows.forEach((row) => row.append(element("td")));
      }
      write(heads.children[column], fate.title);
      counts.forEach((count, line) =>
        write(rows[line].children[column], count === "causes" ? fate.causes || "–" : fate.counts[count]));
    });
    const wrong = fates.find((fate) => !fate.adds_up);
    write(sum, wrong ? `✗ ${wrong.sum}` : `✓ ${fates[0].sum}`);
  }

  return {
    draw(scene) {
      write(name, scene.title);
      root.classList.toggle("lk-alike", scene.alike);
      off.disabled = scene.perfect;
      wishes.draw(scene.values, scene.enabled, scene.errors, scene.heard);
      ways.back.node.hidden = scene.alike;
      for (const [way, view] of Object.entries(ways))
        view.draw(scene.titles[way], scene.now[way], scene.errors);
      drawFates(scene.fates);
      write(said, scene.said);
      write(others, scene.others.join(" "));
      write(alert, [scene.errors.seed, scene.errors.trace, scene.errors.off].filter(Boolean).join(" "));
      foot.hidden = !foot.textContent;
    },
    free: () => wishes.free(),
  };
});

// One direction.
class WayView {
  constructor(way, wishes, words) {
    this.way = way;
    this.title = element("h4", { id: newId() });
    this.now = element("p", { class: "lk-now", role: "status", "aria-live": "polite" });
    const presets = menuControl(words.preset, null, [["", words.by_hand], ...words.presets.map((one) => [one, one])],
      (value) => wishes.wish(`${way}.preset`, value));
    this.alerts = {};
    const rows = words.knobs.map((knob) => this.row(knob, wishes, words));
    this.node = element("section", { class: "lk-side-of lk-way", "aria-labelledby": this.title.id },
      element("div", { class: "lk-between" }, this.title,
        element("label", { class: "lk-tool" }, element("span", {}, words.preset), wishes.add(`${way}.preset`, presets))),
      this.now, ...rows);
  }

  row(knob, wishes, words) {
    const key = `${this.way}.${knob.name}`;
    const alert = (this.alerts[knob.name] = element("p", { class: "lk-alert", role: "alert" }));
    const row = element("div", { class: "lk-knob" }, wishes.add(key, knobControl(knob, words, (value) => wishes.wish(key, value))));
    if (knob.name === "jitter") {
      const kind = choiceControl(words.jitter_kind, null, words.kinds, (value) => wishes.wish(`${this.way}.kind`, value));
      this.alerts.kind = element("p", { class: "lk-alert", role: "alert" });
      row.append(element("div", { class: "lk-kind" }, wishes.add(`${this.way}.kind`, kind)), this.alerts.kind);
    }
    row.append(alert);
    return row;
  }

  draw(title, now, errors) {
    write(this.title, title);
    write(this.now, now);
    for (const [name, alert] of Object.entries(this.alerts)) write(alert, errors[`${this.way}.${name}`] ?? "");
  }
}

// A slider over the stops of a knob, and a field for any number.
function knobControl(knob, words, changed) {
  const nothing = { rate: words.no_limit, burst: words.each_alone }[knob.name];
  const spoken = (value) => (Number(value) === 0 && nothing ? nothing : `${value} ${knob.unit}`);
  const range = quietKeys(element("input", {
    type: "range", class: "lk-range", min: 0, max: knob.stops.length - 1, step: 1, value: 0, "aria-label": knob.label,
  }));
  const place = (value) => {
    const far = knob.stops.map((stop) => Math.abs(stop - value));
    range.value = far.indexOf(Math.min(...far));
    range.setAttribute("aria-valuetext", spoken(value));
    range.style.setProperty("--lk-part", `${(100 * range.value) / range.max}%`);
  };
  const field = numberControl(`${knob.label}, ${knob.unit}`, null, (value) => {
    place(parseFloat(value) || 0);
    changed(value);
  });
  const unit = element("span", { class: "lk-hint lk-unit" });
  const show = (value) => {
    field.show(String(value));
    place(Number(value));
    write(unit, Number(value) === 0 && nothing ? nothing : knob.unit);
  };
  range.addEventListener("input", () => {
    const value = knob.stops[range.value];
    show(value);
    changed(String(value));
  });
  return {
    node: element("div", { class: "lk-knob-line" },
      element("span", { class: "lk-knob-name" }, knob.label), range, field.node, unit),
    show,
    disable(is) {
      range.disabled = is;
      field.disable(is);
    },
    wrong: field.wrong,
  };
}

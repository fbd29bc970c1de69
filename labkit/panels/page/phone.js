const CALL_BUTTONS = ["answer", "refuse", "hold", "resume", "hang_up"];

export default panel((root, link, words) => {
  root.classList.add("lk-phone");
  const post = (content) => link.say(content);

  const buttons = {};
  const button = (name) => {
    const made = element("button", { type: "button", class: `lk-button lk-${name}` }, words[name]);
    made.addEventListener("click", () =>
      post({ kind: "command", command: name, text: field.value }),
    );
    return (buttons[name] = made);
  };

  // --- head: who, where, registered or not
  const name = element("h3", { class: "lk-name" });
  const address = element("span", { class: "lk-address" });
  const badge = element("span", { class: "lk-badge" });
  const head = element("header", { class: "lk-head" }, name, address, badge);

  // --- stage: the pictures, and how the call stands
  const screens = { peer: new Screen("lk-peer"), own: new Screen("lk-own") };
  const empty = element("p", { class: "lk-no-picture" }, words.no_picture);
  const frame = element("div", { class: "lk-frame" }, screens.peer.node, empty, screens.own.node);
  const dot = element("span", { class: "lk-dot", "aria-hidden": "true" });
  const headline = element("strong", { class: "lk-headline" });
  const timer = element("span", { class: "lk-timer" });
  const why = element("span", { class: "lk-why" });
  const status = element("div", { class: "lk-status" }, dot, headline, timer, why);
  const bar = element("div", { class: "lk-bar lk-call-bar" }, ...CALL_BUTTONS.map(button));
  const meters = [words.own_level, words.peer_level].map((text) => {
    const fillUp = element("span", { class: "lk-fill" });
    const number = element("span", { class: "lk-number" });
    const meter = element("span", {
      class: "lk-meter", role: "meter", "aria-label": text, "aria-valuemin": 0, "aria-valuemax": 100,
    }, fillUp);
    const row = element("div", { class: "lk-level" }, element("span", {}, text), meter, number);
    return { row, meter, fillUp, number };
  });
  const levels = element("div", { class: "lk-levels" }, ...meters.map((meter) => meter.row));
  const stage = element("div", { class: "lk-stage" }, frame, status, bar, levels);

  // --- side: the registry, whom to call, how the media do
  const id = `lk-${Math.random().toString(36).slice(2)}`;
  const field = element("input", {
    id, class: "lk-field", type: "text", maxlength: 256, autocomplete: "off",
    spellcheck: "false", autocapitalize: "off", "aria-describedby": `${id}-hint`,
  });
  const label = element("label", { for: id, class: "lk-label" }, words.name_field);
  const hint = element("span", { class: "lk-hint", id: `${id}-hint` }, words.name_hint);
  const typed = () => post({ kind: "typed", text: field.value });
  field.addEventListener("input", typed);
  field.addEventListener("keydown", (event) => {
    event.stopPropagation(); // JupyterLab's own keys must not see what is typed here
    if (event.key === "Enter" && !buttons.call.disabled) buttons.call.click();
  });
  const registry = element("span", { class: "lk-address" });
  const users = element("ul", { class: "lk-users", "aria-label": words.users });
  const nobody = element("p", { class: "lk-hint" }, words.no_users);
  const side = element(
    "div", { class: "lk-side" },
    element("section", { class: "lk-group" },
      element("h4", {}, words.registry, registry),
      element("div", { class: "lk-bar" }, button("register"), button("unregister")),
      element("div", { class: "lk-line" }, label, hint),
      element("div", { class: "lk-bar lk-dial" }, field, button("query"), button("call")),
      element("div", { class: "lk-between" }, element("h4", {}, words.users), button("list")),
      users, nobody),
  );

  const cells = {};
  const row = (kind) => element("tr", {},
    element("th", { scope: "row" }, element("span", { class: `lk-key lk-key-${kind}`, "aria-hidden": "true" }), words[kind]),
    ...["latency", "jitter", "loss"].map((what) => (cells[`${kind} ${what}`] = element("td"))));
  const table = element("table", { class: "lk-figures" },
    element("thead", {}, element("tr", {}, element("td"),
      ...["latency", "jitter", "loss"].map((what) => element("th", { scope: "col" }, words[what])))),
    element("tbody", {}, row("video"), row("audio")));
  const curve = new Curve(words);
  const measures = element("section", { class: "lk-group lk-measures", "aria-label": words.measures },
    table, curve.node);
  side.append(measures);

  // --- foot: what happened, what went wrong
  const said = element("p", { class: "lk-said", role: "status", "aria-live": "polite" });
  const alert = element("p", { class: "lk-alert", role: "alert" });
  root.append(head, element("div", { class: "lk-body" }, stage, side),
    element("footer", { class: "lk-foot" }, said, alert));

  let typedByUs = null;
  let shown = "";

  function drawUsers(list) {
    const wanted = JSON.stringify(list);
    if (wanted === shown) return;
    shown = wanted;
    nobody.hidden = list === null || list.length > 0;
    users.hidden = !list?.length;
    users.replaceChildren(...(list ?? []).map((user) => {
      const made = element("button", {
        type: "button", class: "lk-user", disabled: user.own,
        "aria-label": user.own ? `${user.name}, ${words.you}` : fill(words.choose, user),
      }, element("strong", {}, user.name), element("span", { class: "lk-address" },
        user.own ? `${user.address} (${words.you})` : user.address));
      made.addEventListener("click", () => {
        field.value = user.name;
        typed();
        field.focus();
      });
      return element("li", {}, made);
    }));
  }

  function drawButtons(enabled) {
    const focused = Object.keys(buttons).find((name) => buttons[name] === document.activeElement);
    for (const [name, on] of Object.entries(enabled)) buttons[name].disabled = !on;
    if (focused && buttons[focused].disabled) {
      const next = ["hang_up", "answer", "call", "list", "register"].find((name) => enabled[name]);
      (buttons[next] ?? field).focus();
    }
  }

  function drawMeasures(found) {
    measures.classList.toggle("lk-quiet", !found);
    meters.forEach((meter, index) => {
      const level = found ? found.levels[index] : 0;
      meter.fillUp.style.inlineSize = `${level}%`;
      meter.meter.setAttribute("aria-valuenow", level);
      write(meter.number, found ? `${level} %` : "–");
    });
    for (const kind of ["video", "audio"])
      for (const what of ["latency", "jitter", "loss"])
        write(cells[`${kind} ${what}`], found ? found[kind][what] : "–");
    curve.draw(found ? found.curves : [[], []], found);
  }

  function drawPictures(scene) {
    screens.peer.name(fill(words.picture_of, { name: scene.peer }));
    screens.own.name(words.own_picture);
    if (!scene.pictures)
      for (const stream of ["peer", "own"]) {
        link.forget(stream);
        screens[stream].clear();
      }
  }

  function draw(scene) {
    root.dataset.tone = scene.tone;
    root.setAttribute("aria-label", scene.name);
    write(name, scene.name);
    write(address, scene.address);
    write(registry, scene.registry);
    write(badge, scene.registered ? words.registered : words.not_registered);
    badge.classList.toggle("lk-on", scene.registered);
    write(headline, scene.headline);
    write(timer, scene.timer);
    write(why, scene.why);
    write(said, scene.working || scene.said);
    write(alert, scene.error);
    if (typedByUs !== scene.typed_by_us) {
      if (typedByUs !== null || scene.typed) field.value = scene.typed;
      typedByUs = scene.typed_by_us;
    }
    drawUsers(scene.users);
    drawButtons(scene.buttons);
    drawMeasures(scene.measures);
    drawPictures(scene);
  }

  return {
    draw,
    picture: (stream, blob) => link.model.get("scene").pictures && screens[stream].show(blob),
    free: () => Object.values(screens).forEach((screen) => screen.clear()),
  };
});

// A small curve of latency: video solid, audio dashed; the words say the same.
class Curve {
  constructor(words) {
    this.words = words;
    const svg = (tag, attributes) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      return made;
    };
    this.lines = ["video", "audio"].map((kind) => svg("path", { class: `lk-curve lk-curve-${kind}` }));
    this.svg = svg("svg", { viewBox: "0 0 300 60", preserveAspectRatio: "none", role: "img" });
    this.svg.append(svg("path", { class: "lk-axis", d: "M0 59.5H300M0 .5H300" }), ...this.lines);
    this.top = element("span", { class: "lk-top" });
    this.node = element("figure", { class: "lk-plot" },
      element("figcaption", {}, words.last_seconds, this.top), this.svg);
  }

  draw(curves, found) {
    const highest = Math.max(10, ...curves.flat().filter((value) => value !== null));
    const top = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000].find((step) => step >= highest) ?? highest;
    write(this.top, `0 – ${top} ms`);
    curves.forEach((values, index) => {
      let path = "";
      let pen = "M";
      values.forEach((value, at) => {
        if (value === null) return (pen = "M");
        const x = (300 * (at + 0.5)) / values.length;
        path += `${pen}${x.toFixed(1)} ${(59 - (58 * value) / top).toFixed(1)}`;
        pen = "L";
      });
      this.lines[index].setAttribute("d", path);
    });
    const said = found ? `${this.words.video} ${found.video.latency} ms, ${this.words.audio} ${found.audio.latency} ms` : "–";
    this.svg.setAttribute("aria-label", `${this.words.last_seconds}: ${said}`);
  }
}

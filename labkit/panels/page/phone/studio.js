// Source and quality: where picture and sound come from, and how good the picture is.

class Studio {
  constructor(words, link) {
    this.words = words;
    this.wishes = new Wishes(link);
    this.lists = {};
    this.errors = {};
    const menu = (key, text) => this.row(key, this.menu(key), text);
    const slider = (key, text, range) => this.row(key, this.slider(key, range), text);
    this.texts = {};
    this.node = element("div", { class: "lk-group" },
      element("div", { class: "lk-knobs" },
        menu("camera", words.picture_from), menu("microphone", words.sound_from), menu("speaker", words.sound_to)),
      element("div", { class: "lk-knobs lk-apart" }, menu("preset", words.picture_preset), menu("size", words.size),
        slider("fps", words.fps, { min: 1, max: 30 }), slider("quality", words.quality, { min: 5, max: 95, step: 5 }),
        slider("bit_rate", words.bit_rate, { min: 0, max: 7 })));
  }

  row(key, control, text) {
    const wrong = (this.errors[key] = element("p", { class: "lk-alert", role: "alert" }));
    return element("div", { class: "lk-setting" },
      element("label", { for: control.id, class: "lk-setting-name" }, text), control, this.texts[key] ?? "", wrong);
  }

  menu(key) {
    const node = quietKeys(element("select", { class: "lk-menu", id: newId() }));
    node.addEventListener("change", () => this.wishes.wish(key, node.value));
    this.lists[key] = node;
    return this.wishes.add(key, {
      node,
      show: (value) => (node.value = value),
      disable: (is) => (node.disabled = is),
    });
  }

  slider(key, range) {
    const node = element("input", { type: "range", class: "lk-range", id: newId(), ...range });
    const text = (this.texts[key] = element("output", { class: "lk-number", for: node.id }));
    node.addEventListener("keydown", (event) => event.key.startsWith("Arrow") && event.stopPropagation());
    node.addEventListener("input", () => this.wishes.wish(key, Number(node.value)));
    return this.wishes.add(key, {
      node,
      show: (value) => (node.value = value),
      disable: (is) => {
        node.disabled = is;
        text.classList.toggle("lk-off", is);
      },
    });
  }

  // The menus are looked up anew when the drawer is opened: files and cameras come and go.
  look() {
    this.wishes.link.say({ kind: "set", key: "look", value: true });
  }

  draw({ menus, presets, sizes, values, texts, enabled, errors, heard }) {
    for (const [key, options] of Object.entries({ ...menus, preset: presets, size: sizes })) {
      const wanted = JSON.stringify(options);
      const list = this.lists[key];
      if (list.dataset.options === wanted) continue;
      list.dataset.options = wanted;
      const chosen = list.value;
      list.replaceChildren(...options.map(([value, text]) => element("option", { value }, text)));
      list.value = chosen;
    }
    for (const [key, text] of Object.entries(texts)) {
      write(this.texts[key], text);
      this.wishes.controls[key].node.setAttribute("aria-valuetext", text);
    }
    for (const [key, node] of Object.entries(this.errors)) write(node, errors[key] ?? "");
    this.wishes.draw(values, enabled, errors, heard);
  }

  free() {
    this.wishes.free();
  }
}

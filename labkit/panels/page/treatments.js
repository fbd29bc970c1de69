export default panel((root, link, words) => {
  root.classList.add("lk-treatments");
  const wishes = new Wishes(link);
  const name = element("h3", { class: "lk-name" });

  // --- by itself
  const hint = element("span", { class: "lk-hint", id: newId() }, words.auto_hint);
  const why = element("p", { class: "lk-why-auto", role: "status", "aria-live": "polite" });
  const auto = wishes.add("auto", switchControl(words.auto, hint.id, words, (on) => wishes.wish("auto", on)));
  const byItself = element("div", { class: "lk-auto" },
    element("div", { class: "lk-treatment-head" }, element("strong", {}, words.auto), auto), hint, why);

  // --- what it changes: a row for each phone
  const heads = ["of_phone", "before", "after", "wait", "bytes", "score"];
  const rows = element("tbody");
  const effects = element("section", { class: "lk-group lk-effects", "aria-label": words.effect },
    element("table", { class: "lk-figures" },
      element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, words[head])))), rows),
    element("p", { class: "lk-hint" }, words.effect_hint));

  // --- the switches
  const says = {};
  const alerts = {};
  const parts = {};
  function row(one) {
    const text = element("p", { class: "lk-hint", id: newId() }, one.text);
    const changed = (value) => wishes.wish(one.name, value);
    const make = {
      switch: () => switchControl(one.label, text.id, words, changed),
      choice: () => choiceControl(one.label, text.id, one.options, changed),
      menu: () => menuControl(one.label, text.id, one.options, changed),
      number: () => numberControl(one.label, text.id, changed),
    };
    says[one.name] = element("p", { class: "lk-told" });
    alerts[one.name] = element("p", { class: "lk-alert", role: "alert" });
    return (parts[one.name] = element("div", { class: "lk-treatment", "data-name": one.name },
      element("div", { class: "lk-treatment-head" },
        element("span", { class: "lk-treatment-name" }, one.label), wishes.add(one.name, make[one.kind]())),
      text, says[one.name], alerts[one.name]));
  }
  const sides = new Map();
  for (const group of words.table) {
    if (!sides.has(group.side))
      sides.set(group.side, element("section", { class: "lk-side-of", "aria-label": group.side },
        element("h4", {}, group.side)));
    sides.get(group.side).append(
      element("h5", {}, group.of),
      element("div", { class: "lk-rows", role: "group", "aria-label": `${group.side}: ${group.of}` }, ...group.rows.map(row)));
  }

  root.append(element("header", { class: "lk-head" }, name), byItself, effects,
    element("div", { class: "lk-sides" }, ...sides.values()));

  return {
    draw(scene) {
      write(name, scene.title);
      write(why, scene.why.join("\n")); // a line for each phone
      byItself.classList.toggle("lk-on", scene.auto);
      wishes.draw({ ...scene.values, auto: scene.auto }, scene.enabled, scene.errors, scene.heard);
      for (const [one, part] of Object.entries(parts)) {
        write(says[one], scene.says[one]);
        write(alerts[one], scene.errors[one] ?? "");
        part.classList.toggle("lk-resting", !scene.enabled[one]);
      }
      scene.effects.forEach((cells, at) => {
        const line = rows.children[at] ?? rows.appendChild(
          element("tr", {}, element("th", { scope: "row" }), ...cells.slice(1).map(() => element("td"))));
        cells.forEach((cell, column) => write(line.children[column], cell));
      });
    },
    free: () => wishes.free(),
  };
});

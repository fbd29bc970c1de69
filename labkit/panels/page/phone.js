// A phone: its name and registry, the stage, the drawers beside it, what it has to say.

export default panel((root, link, words) => {
  root.classList.add("lk-phone");
  root.tabIndex = -1;
  const kept = (link.kept ??= {}); // what stays when all is made anew in another language

  const name = element("h3", { class: "lk-name" });
  const address = element("span", { class: "lk-address" });
  const badge = element("span", { class: "lk-badge" });
  const field = element("input", {
    id: newId(), class: "lk-field", value: link.model.get("scene").typed, type: "text", maxlength: 256, autocomplete: "off",
    spellcheck: "false", autocapitalize: "off",
  });
  field.setAttribute("aria-describedby", `${field.id}-hint`);

  const commands = new Commands(link, words, field);
  const ring = new Ring(words, kept);
  const stage = new Stage(commands, ring, words, link);
  const people = new People(commands, field, words, link);
  const chat = new Chat(words, link, kept);
  const studio = new Studio(words, link);
  const figures = new Figures(words);
  const tabs = new Tabs({ people: people.node, chat: chat.node, source: studio.node, figures: figures.node }, words);
  const devices = new Devices(link.model, words);
  const open = (drawer, inside) => {
    tabs.show(drawer);
    inside?.focus();
  };
  const keys = new Keys(root, [
    ["A", words.answer, () => commands.press("answer")],
    ["R", words.refuse, () => commands.press("refuse")],
    ["H", words.hang_up, () => commands.press("hang_up")],
    ["M", words.key_mute, () => commands.press("mute", "unmute")],
    ["V", words.key_video, () => commands.press("pause_video", "resume_video")],
    ["P", words.key_hold, () => commands.press("hold", "resume")],
    ["S", words.snapshot, () => stage.save()],
    ["F", words.full, () => stage.toggleFull()],
    ["C", words.chat, () => open("chat", chat.field)],
    ["/", words.key_search, () => open("people", field)],
    ["?", words.keys, () => keys.help(keys.node.hidden)],
  ], words);

  const said = element("p", { class: "lk-said", role: "status", "aria-live": "polite" });
  const alert = element("p", { class: "lk-alert", role: "alert" });
  const tools = element("div", { class: "lk-foot-tools" }, languageMenu(link, words), keys.button);
  root.append(
    element("header", { class: "lk-head" }, name, address, badge),
    element("div", { class: "lk-body" }, stage.node, tabs.node),
    devices.node,
    element("footer", { class: "lk-foot" }, element("div", {}, said, alert), tools),
    keys.node,
  );

  let typedByUs = null;
  let wasUp = kept.up ?? false;
  let local = ""; // what the page itself has to say, until the kernel says something
  let before = "";
  stage.told = (text) => write(said, (local = text));
  stage.asked = () => root.contains(document.activeElement) && !document.activeElement.matches(TYPING) && stage.no.focus();
  tabs.opened = (drawer) => {
    kept.tab = drawer;
    if (drawer === "source") studio.look();
    if (drawer === "chat") {
      drawChat(link.model.get("rest"));
      chat.toEnd();
    }
  };
  tabs.show(kept.tab ?? "people");

  function drawChat(scene) {
    const shown = tabs.open === "chat" && !document.hidden;
    chat.draw(scene.chat, shown);
    tabs.count("chat", chat.unread);
  }

  // A call begins: its figures; it is over: whom to call next. Who is busy there stays.
  function drawDrawers(up) {
    if (up === wasUp) return;
    wasUp = kept.up = up;
    if (tabs.node.contains(document.activeElement) && document.activeElement !== tabs.tabs[tabs.open] && !people.node.contains(document.activeElement)) return;
    if (up && tabs.open === "people") tabs.show("figures");
    else if (!up && tabs.open !== "people") tabs.show("people");
  }

  // The focus is never lost: where its button has gone, the next that makes sense has it.
  function keepFocus(focused) {
    if (!focused || (focused.isConnected && !focused.disabled && focused.checkVisibility())) return;
    if (root.contains(document.activeElement) && document.activeElement !== root && !document.activeElement.disabled && document.activeElement.checkVisibility()) return;
    const next = commands.buttons.find(({ node, names }) =>
      ["answer", "hang_up", "call", "list"].includes(names[0]) && !node.disabled && node.checkVisibility());
    (next?.node ?? root).focus({ preventScroll: true });
  }

  function draw(often) {
    const scene = { ...link.model.get("rest"), ...often };
    const focused = root.contains(document.activeElement) ? document.activeElement : null;
    root.dataset.tone = scene.tone;
    root.classList.toggle("lk-busy", scene.busy);
    write(name, scene.name);
    write(address, scene.address);
    write(badge, scene.registered ? words.registered : words.not_registered);
    badge.classList.toggle("lk-on", scene.registered);
    const news = scene.working || scene.said;
    if (news !== before) [before, local] = [news, ""];
    write(said, local || news);
    write(alert, scene.error);
    if (typedByUs !== scene.typed_by_us) {
      if (typedByUs !== null || scene.typed) field.value = scene.typed;
      typedByUs = scene.typed_by_us;
    }
    commands.draw(scene.buttons);
    stage.draw(scene);
    ring.want(scene.buttons.answer && !scene.closed);
    people.draw(scene);
    drawDrawers(scene.pictures);
    drawChat(scene);
    studio.draw(scene.studio);
    figures.draw(scene);
    devices.draw(scene.devices);
    keepFocus(focused);
  }

  const drawRest = () => draw(link.model.get("scene"));
  link.model.on("change:rest", drawRest);

  return {
    draw,
    picture(stream, blob) {
      if (!link.model.get("scene").pictures) return;
      stage.picture(stream, blob);
      stage.drawTools();
    },
    free() {
      link.model.off("change:rest", drawRest);
      ring.free();
      stage.free();
      studio.free();
      devices.free();
    },
  };
});

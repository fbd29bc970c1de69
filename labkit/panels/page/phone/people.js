// The registry and who is there: whom to look up or call, the list, searched as one types.

class People {
  constructor(commands, field, words, link) {
    Object.assign(this, { commands, field, words, link });
    this.shown = "";
    const hint = element("span", { class: "lk-hint", id: `${field.id}-hint` }, words.name_hint);
    this.registry = element("span", { class: "lk-address" });
    this.clear = signButton("close", words.clear, { sort: "lk-clear" });
    this.clear.addEventListener("click", () => {
      this.type("", "typed");
      field.focus();
    });
    field.addEventListener("input", () => this.type(field.value, "typed"));
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") commands.press("call");
      else if (event.key === "ArrowDown") this.move(event, -1, 1);
    });
    this.list = element("ul", { class: "lk-users", "aria-label": words.users });
    this.list.addEventListener("keydown", (event) => {
      const rows = this.rows();
      const at = rows.findIndex((row) => row.contains(document.activeElement));
      if (event.key === "ArrowDown") this.move(event, at, 1);
      else if (event.key === "ArrowUp") this.move(event, at, -1) || this.field.focus();
      else if (event.key === "Home") this.move(event, -1, 1);
      else if (event.key === "End") this.move(event, rows.length, -1);
    });
    this.nobody = element("p", { class: "lk-hint" });
    this.free = commands.plain("take_name"); // after "name taken", which says it
    const reload = commands.sign(["list"], { sort: "lk-quiet-button" });
    this.node = element("div", { class: "lk-group" },
      element("div", { class: "lk-between" }, element("h4", {}, words.registry, this.registry)),
      element("div", { class: "lk-bar" }, commands.plain("register"), this.free, commands.plain("unregister")),
      element("div", { class: "lk-group lk-tight" },
        element("div", { class: "lk-line" }, element("label", { for: field.id, class: "lk-label" }, words.name_field), hint),
        element("div", { class: "lk-dial" }, element("span", { class: "lk-typing" }, field, this.clear),
          commands.plain("query"), commands.plain("call"))),
      element("div", { class: "lk-group lk-tight lk-grows" },
        element("div", { class: "lk-between" }, element("h4", {}, words.users), reload),
        this.list, this.nobody));
  }

  type(text, kind) {
    this.field.value = text;
    this.clear.hidden = !text;
    this.link.say({ kind, text });
  }

  rows() {
    return [...this.list.children];
  }

  // The focus goes on from row `at`, past one's own; whether there was one.
  move(event, at, by) {
    event.preventDefault();
    const rows = this.rows();
    for (let next = at + by; next >= 0 && next < rows.length; next += by) {
      const button = rows[next].querySelector("button:enabled");
      button?.focus();
      if (button) return true;
    }
    return false;
  }

  row(user) {
    const name = element("button", {
      type: "button", class: "lk-user", disabled: user.own,
      "aria-label": user.own ? `${user.name}, ${this.words.you}` : fill(this.words.choose, user),
    }, element("strong", {}, user.name), element("span", { class: "lk-address" },
      user.own ? `${user.address} (${this.words.you})` : user.address));
    const call = signButton("answer", fill(this.words.call_user, user), { sort: "lk-call-user" });
    call.disabled = !user.call;
    call.hidden = user.own;
    const dial = () => {
      this.type(user.name, "chosen");
      this.link.say({ kind: "command", command: "call", text: user.name });
    };
    name.addEventListener("click", () => this.type(user.name, "chosen"));
    name.addEventListener("dblclick", () => user.call && dial());
    call.addEventListener("click", dial);
    return element("li", { "data-name": user.name }, name, call);
  }

  draw(scene) {
    write(this.registry, scene.registry);
    this.free.hidden = !scene.buttons.take_name;
    this.clear.hidden = !this.field.value;
    const users = scene.users;
    this.list.hidden = !users?.length;
    this.nobody.hidden = users === null || users.length > 0;
    write(this.nobody, scene.listed ? this.words.nobody_found : this.words.no_users);
    const wanted = JSON.stringify(users);
    if (wanted === this.shown) return;
    this.shown = wanted;
    const had = document.activeElement?.closest?.("[data-name]")?.dataset.name;
    const inside = this.list.contains(document.activeElement);
    const which = inside && document.activeElement.classList.contains("lk-user") ? ".lk-user" : "button:enabled";
    this.list.replaceChildren(...(users ?? []).map((user) => this.row(user)));
    if (inside) // the same row again, or the field: the focus is not lost
      (this.rows().find((row) => row.dataset.name === had)?.querySelector(which) ?? this.field).focus();
  }
}

// Chat: what the two have written to each other, and a field to write more.

class Chat {
  constructor(words, link, kept) {
    this.words = words;
    this.link = link;
    this.kept = kept; // seen: of their lines, the time of the last one read
    this.lines = [];
    this.log = element("div", { class: "lk-log-lines", role: "log", "aria-label": words.chat, tabindex: 0 });
    this.follows = true;
    this.log.addEventListener("scroll", () => {
      this.follows = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 40;
    });
    new ResizeObserver(() => this.follows && this.toEnd()).observe(this.log);
    this.none = element("p", { class: "lk-hint" });
    this.field = element("input", {
      type: "text", class: "lk-field", maxlength: 1000, autocomplete: "off", "aria-label": words.message, placeholder: words.message,
    });
    this.field.addEventListener("keydown", (event) => event.key === "Enter" && !event.isComposing && this.send());
    this.button = signButton("send", words.say);
    this.button.addEventListener("click", () => this.send());
    this.node = element("div", { class: "lk-group lk-chat" },
      element("div", { class: "lk-log-frame" }, this.none, this.log), element("div", { class: "lk-dial" }, this.field, this.button));
  }

  send() {
    const text = this.field.value.trim();
    if (!text || this.button.disabled) return;
    this.link.say({ kind: "say", text });
    this.field.value = "";
    this.field.focus();
  }

  // How many of their lines have not been seen.
  get unread() {
    return this.lines.filter((line) => !line.mine && line.at > (this.kept.seen ?? -1)).length;
  }

  read() {
    this.kept.seen = Math.max(this.kept.seen ?? -1, ...this.lines.filter((line) => !line.mine).map((line) => line.at));
  }

  draw({ open, lines }, shown) {
    this.kept.seen ??= lines.some((line) => !line.mine) ? Math.max(...lines.map((line) => line.at)) : -1; // a page that comes later
    this.lines = lines;
    if (shown) this.read();
    this.field.disabled = this.button.disabled = !open;
    this.none.hidden = lines.length > 0;
    write(this.none, open ? this.words.no_chat : this.words.chat_closed);
    const wanted = JSON.stringify(lines);
    if (wanted === this.drawn) return;
    const same = this.keep(lines);
    this.log.append(...lines.slice(same).map((line) => this.line(line)));
    this.drawn = wanted;
    if (this.follows) this.toEnd();
  }

  // The newest lines stay in view, unless somebody has gone back to read.
  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
  }

  // Lines that stand there already stay: a screen reader reads only what is new.
  keep(lines) {
    const there = [...this.log.children];
    while (there.length && there[0].dataset.line !== this.key(lines[0])) there.shift().remove(); // too old
    let same = 0;
    for (; same < there.length && same < lines.length; same += 1) {
      if (there[same].dataset.line !== this.key(lines[same])) break;
      this.mark(there[same], lines[same]);
    }
    there.slice(same).forEach((node) => node.remove());
    return same;
  }

  key(line) {
    return line ? `${line.mine} ${line.at}` : "";
  }

  line(line) {
    const node = element("div", { class: `lk-said-line ${line.mine ? "lk-mine" : ""}`, "data-line": this.key(line) },
      element("span", { class: "lk-bubble" }, line.text),
      element("span", { class: "lk-when" }, line.mine ? `${this.words.mine}, ${line.time}` : line.time, element("span", { class: "lk-fate" })));
    this.mark(node, line);
    return node;
  }

  mark(node, line) {
    node.classList.toggle("lk-failed", line.state === "failed");
    const fate = { sending: this.words.sending, failed: this.words.not_delivered }[line.state] ?? "";
    write(node.querySelector(".lk-fate"), fate && ` · ${fate}`);
  }
}

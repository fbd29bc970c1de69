export default panel((root, link, words) => {
  root.classList.add("lk-registry");
  const where = element("span", { class: "lk-address" });
  const count = element("span", { class: "lk-badge" });
  const head = element("header", { class: "lk-head" },
    element("h3", { class: "lk-name" }, words.registry), where, count);

  const heads = ["user_name", "user_address", "user_port", "user_since"];
  const rows = element("tbody");
  const table = element("table", { class: "lk-table", "aria-label": words.users },
    element("thead", {}, element("tr", {},
      ...heads.map((name) => element("th", { scope: "col" }, words[name])))), rows);
  const nobody = element("p", { class: "lk-hint" }, words.nobody);

  const lines = element("ol", { class: "lk-log", tabindex: 0, "aria-label": words.log });
  const silence = element("p", { class: "lk-hint" }, words.log_empty);
  const event = element("p", { class: "lk-said", role: "status", "aria-live": "polite" });
  root.append(head,
    element("div", { class: "lk-body" },
      element("section", { class: "lk-group" }, element("h4", {}, words.users), table, nobody),
      element("section", { class: "lk-group" }, element("h4", {}, words.log), lines, silence)),
    element("footer", { class: "lk-foot" }, event));

  let shown = "";
  let newest = 0;

  function drawUsers(users) {
    const wanted = JSON.stringify(users);
    if (wanted === shown) return;
    shown = wanted;
    rows.replaceChildren(...users.map((user) =>
      element("tr", {}, ...user.map((cell) => element("td", {}, cell)))));
    table.hidden = !users.length;
    nobody.hidden = users.length > 0;
  }

  function line(record) {
    const way = record.sent ? words.sent_to : words.received_from;
    return element("li", { "data-number": record.number },
      element("details", {},
        element("summary", {},
          element("span", { class: "lk-when" }, record.time),
          element("span", { class: record.sent ? "lk-sent" : "lk-received", title: way },
            element("span", { "aria-hidden": "true" }, record.sent ? "→" : "←"),
            element("span", { class: "lk-spoken" }, way)),
          element("span", { class: "lk-who" }, record.who),
          element("code", {}, record.text + (record.note ? ` [${record.note}]` : ""))),
        element("pre", {}, record.full)));
  }

  function drawLines(records) {
    const atEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 24;
    const fresh = records.filter((record) => record.number > newest);
    if (fresh.length) newest = fresh[fresh.length - 1].number;
    lines.append(...fresh.map(line));
    const oldest = records[0]?.number ?? 0;
    while (lines.firstChild && Number(lines.firstChild.dataset.number) < oldest)
      lines.firstChild.remove();
    silence.hidden = records.length > 0;
    if (fresh.length && atEnd) lines.scrollTop = lines.scrollHeight;
  }

  return {
    draw(scene) {
      write(where, scene.where);
      write(count, scene.count);
      write(event, scene.event);
      drawUsers(scene.users);
      drawLines(scene.lines);
    },
  };
});

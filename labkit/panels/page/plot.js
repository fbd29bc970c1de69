export default panel((root, link, words) => {
  root.classList.add("lk-latency");
  const image = element("img", { class: "lk-drawing lk-empty", alt: "" });
  const text = element("p", { class: "lk-said" });
  const name = element("h3", { class: "lk-name" });
  root.append(element("header", { class: "lk-head" }, name), image,
    element("footer", { class: "lk-foot" }, text));
  const screen = new Screen(image);
  return {
    draw(scene) {
      write(name, scene.label);
      image.alt = `${scene.label}. ${scene.text}`;
      write(text, scene.text);
    },
    picture: (_, blob) => screen.show(blob),
    free: () => screen.free(),
  };
});

export default panel((root, link, words) => {
  root.classList.add("lk-latency");
  const screen = new Screen("lk-drawing");
  const text = element("p", { class: "lk-said" });
  const name = element("h3", { class: "lk-name" });
  root.append(element("header", { class: "lk-head" }, name), screen.node,
    element("footer", { class: "lk-foot" }, text));
  return {
    draw(scene) {
      write(name, scene.label);
      screen.name(`${scene.label}. ${scene.text}`);
      screen.node.style.aspectRatio = scene.shape;
      write(text, scene.text);
    },
    picture: (_, blob) => screen.show(blob),
    free: () => screen.clear(),
  };
});

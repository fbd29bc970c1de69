export default panel((root, link, words) => {
  const image = element("img", { class: "lk-video lk-empty", alt: "" });
  root.classList.add("lk-alone");
  root.append(image);
  const screen = new Screen(image);
  return {
    draw: (scene) => (image.alt = scene.label),
    picture: (_, blob) => screen.show(blob),
    free: () => screen.free(),
  };
});

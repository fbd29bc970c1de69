export default panel((root, link, words) => {
  const screen = new Screen("lk-video");
  root.classList.add("lk-alone");
  root.append(screen.node);
  return {
    draw: (scene) => screen.name(scene.label),
    picture: (_, blob) => screen.show(blob),
    free: () => screen.clear(),
  };
});

export default panel((root, link, words) => {
  root.classList.add("lk-devices-panel");
  const name = element("h3", { class: "lk-name" });
  const none = element("p", { class: "lk-hint" }, words.devices_none);
  const devices = new Devices(link.model, words);
  root.append(element("header", { class: "lk-head" }, name), none, devices.node);
  return {
    draw(scene) {
      write(name, fill(words.devices_of, scene));
      none.hidden = Boolean(scene.devices);
      devices.draw(scene.devices);
    },
    free: () => devices.free(),
  };
});

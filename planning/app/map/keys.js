// Keys of a map that has the focus; arrows, plus and minus are Leaflet's own.

function listenToKeys(pane) {
  const { view, box } = pane;
  box.addEventListener("keydown", (event) => {
    if (event.target !== box) return;
    const act = keyAct(event, pane, view);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
}

function keyAct(event, pane, view) {
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (key === "z") return () => view.history(event.shiftKey ? "redo" : "undo");
    if (key === "y") return () => view.history("redo");
    return null;
  }
  if (key === "home") return () => view.fit();
  if (key === "enter") return () => pane.find.show();
  if (key === "escape") return () => view.pickNone();
  return null;
}

// Streamlit calls this with every new data; the ground may come before or after it.

export default function jiujinMap(component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".jj-map");
  if (!root.planView) root.planView = new View(root);
  const view = root.planView;
  view.send = (act) => setTriggerValue("act", act);
  const draw = () => {
    const { ground: id } = data.spec;
    const laid = document.jiujinGrounds && document.jiujinGrounds.get(id);
    const ground = laid || (view.groundId === id ? view.shared.ground : null);
    if (ground) view.update(data, readyGround(ground));
    else view.live.textContent = data.spec.labels.waiting;
    return Boolean(ground);
  };
  document.removeEventListener("jiujin-ground", view.wait);
  view.wait = () => draw() && document.removeEventListener("jiujin-ground", view.wait);
  if (!draw()) document.addEventListener("jiujin-ground", view.wait);
  return () => setTimeout(() => leavePage(root), 0);
}

// The view stays while its element does; it ends when the element has left the page.
function leavePage(root) {
  if (root.isConnected || !root.planView) return;
  document.removeEventListener("jiujin-ground", root.planView.wait);
  root.planView.stop();
  delete root.planView;
}

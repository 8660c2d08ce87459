// Lays the places of an area ready for every map of the page. It draws nothing.

const KEPT = 3; // grounds that stay in memory

export default function jiujinGround(component) {
  const { data } = component;
  if (!data || !data.id) return;
  const grounds = (document.jiujinGrounds = document.jiujinGrounds || new Map());
  const known = grounds.get(data.id);
  grounds.delete(data.id);
  grounds.set(data.id, known || read(data)); // the last used stands last
  [...grounds.keys()].slice(0, -KEPT).forEach((id) => grounds.delete(id));
  document.dispatchEvent(new CustomEvent("jiujin-ground"));
}

function read(data) {
  const column = (name) => data.cells.getChild(name).toArray();
  return { ...JSON.parse(data.text), cells: { lon: column("lon"), lat: column("lat"), area: column("area") } };
}

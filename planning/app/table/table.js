// One table. All words are untrusted: they reach the page only by textContent.

const STEP = 200;
const MARKS = { better: "▲", worse: "▼", same: "=", unsure: "?" };

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function button(className, text, act) {
  const node = make("button", className, text);
  node.type = "button";
  node.addEventListener("click", act);
  return node;
}

function filled(words, ...values) {
  return values.reduce((so_far, value, i) => so_far.split(`{${i}}`).join(value), words);
}

// A spreadsheet takes words that begin so for a formula.
function harmless(words) {
  const line = words.replace(/[\t\r\n]+/g, " ");
  return /^[=+\-@]/.test(line) && !/^[+-]?[\d.,]+ ?%?$/.test(line) ? "'" + line : line;
}

class Shown {
  constructor(root) {
    this.root = root;
    this.sorted = { column: -1, down: false };
    this.count = STEP;
    this.n = 0;
    this.caption = make("caption", "jt-caption");
    this.head = make("thead");
    this.body = make("tbody");
    this.node = make("table", "jt-table");
    this.node.append(this.caption, this.head, this.body);
    this.frame = make("div", "jt-frame");
    this.frame.tabIndex = 0;
    this.frame.setAttribute("role", "group");
    this.frame.append(this.node);
    this.foot = make("div", "jt-foot");
    this.told = make("div", "jt-told");
    this.told.setAttribute("role", "status");
    root.replaceChildren(this.frame, this.foot, this.told);
  }

  update(words) {
    if (words === this.words) return;
    const started = performance.now();
    this.words = words;
    this.data = JSON.parse(words);
    const { data } = this;
    this.root.lang = data.lang;
    this.root.dataset.rows = String(data.rows.length);
    if (this.sorted.column >= data.columns.length) this.sorted = { column: -1, down: false };
    this.chosen = new Set(data.chosen);
    this.caption.textContent = data.caption;
    this.caption.hidden = !data.caption;
    this.frame.setAttribute("aria-label", data.caption || data.columns.map((column) => column.title).join(", "));
    const held = this.heldFocus();
    this.drawHead();
    this.drawBody();
    this.drawFoot();
    this.giveFocus(held);
    this.root.dataset.drawMs = (performance.now() - started).toFixed(1);
  }

  // A control keeps the focus although it is made anew.
  heldFocus() {
    const at = this.root.getRootNode().activeElement;
    return at && this.root.contains(at) ? at.dataset.hold || null : null;
  }

  giveFocus(held) {
    if (!held) return;
    const found = [...this.root.querySelectorAll("[data-hold]")].find((node) => node.dataset.hold === held);
    if (found) found.focus();
  }

  drawHead() {
    const { columns, actions, choose, labels } = this.data;
    const row = make("tr");
    if (choose) row.append(this.headCell(labels.choose, "jt-narrow"));
    columns.forEach((column, i) => row.append(this.sortCell(column, i)));
    if (actions.length) row.append(this.headCell(labels.actions, ""));
    this.head.replaceChildren(row);
  }

  headCell(words, className) {
    const cell = make("th", className, words);
    cell.scope = "col";
    return cell;
  }

  sortCell(column, i) {
    const cell = this.headCell("", column.align === "end" ? "jt-end" : "");
    const here = this.sorted.column === i;
    cell.setAttribute("aria-sort", here ? (this.sorted.down ? "descending" : "ascending") : "none");
    const press = button("jt-sort", undefined, () => this.sort(i));
    press.dataset.hold = "sort " + i;
    press.title = filled(this.data.labels.sort, column.title);
    const sign = make("span", "jt-sign", here ? (this.sorted.down ? "↓" : "↑") : "↕");
    sign.setAttribute("aria-hidden", "true");
    press.append(make("span", "", column.title), sign);
    cell.append(press);
    if (column.unit) cell.append(make("span", "jt-unit", column.unit));
    return cell;
  }

  sort(i) {
    const { column, down } = this.sorted;
    const { labels, columns } = this.data;
    if (column !== i) this.sorted = { column: i, down: false };
    else this.sorted = down ? { column: -1, down: false } : { column: i, down: true };
    this.drawHead();
    this.drawBody();
    this.giveFocus("sort " + i);
    const words = this.sorted.column < 0 ? labels.unsorted : this.sorted.down ? labels.sorted_down : labels.sorted_up;
    this.told.textContent = filled(words, columns[i].title);
  }

  // Positions of the rows as they stand now; what has no number comes last, equal ones keep their order.
  order() {
    const { rows, lang } = this.data;
    const { column, down } = this.sorted;
    const all = rows.map((_, i) => i);
    if (column < 0) return all;
    const turn = down ? -1 : 1;
    const numbers = rows.filter((row) => row[column].s !== null).length * 2 >= rows.length;
    const collator = new Intl.Collator(lang);
    return all.sort((a, b) => {
      const [one, other] = [rows[a][column], rows[b][column]];
      if (!numbers) return turn * collator.compare(one.t, other.t) || a - b;
      if (one.s === null || other.s === null) return (one.s === null) - (other.s === null) || a - b;
      return turn * (one.s - other.s) || a - b;
    });
  }

  drawBody() {
    const { rows, labels, columns, actions, choose } = this.data;
    const order = this.order();
    this.body.replaceChildren(...order.slice(0, this.count).map((i) => this.row(i)));
    if (!rows.length) {
      const cell = make("td", "jt-empty", labels.empty);
      cell.colSpan = columns.length + (choose ? 1 : 0) + (actions.length ? 1 : 0) || 1;
      const line = make("tr");
      line.append(cell);
      this.body.append(line);
    }
  }

  row(i) {
    const { rows, ids, actions, choose, columns } = this.data;
    const line = make("tr");
    const name = (rows[i].find((value) => value.t !== ids[i]) || { t: ids[i] }).t;
    if (choose) line.append(this.choiceCell(ids[i], name, line));
    rows[i].forEach((value, k) => line.append(this.cell(value, k === 0, columns[k])));
    if (actions.length) line.append(this.actionCell(ids[i], name));
    return line;
  }

  cell(value, first, column) {
    const cell = make(first ? "th" : "td", column.align === "end" ? "jt-end" : "");
    if (first) cell.scope = "row";
    cell.dir = "auto";
    cell.append(make("span", "", value.t));
    if (!value.m) return cell;
    const mark = make("span", "jt-mark jt-" + value.m);
    const sign = make("span", "", MARKS[value.m]);
    sign.setAttribute("aria-hidden", "true");
    mark.append(sign, make("span", "", this.data.labels[value.m]));
    cell.append(mark);
    return cell;
  }

  choiceCell(id, name, line) {
    const cell = make("td", "jt-narrow");
    const box = make("input");
    box.type = "checkbox";
    box.checked = this.chosen.has(id);
    box.dataset.hold = "choose " + id;
    box.setAttribute("aria-label", filled(this.data.labels.choose_row, name));
    line.classList.toggle("jt-chosen", box.checked);
    box.addEventListener("change", () => {
      line.classList.toggle("jt-chosen", box.checked);
      this.words = ""; // the page may think otherwise: draw what it says next
      this.act("choose", id);
    });
    const target = make("label", "jt-target");
    target.append(box);
    cell.append(target);
    return cell;
  }

  actionCell(id, name) {
    const cell = make("td", "jt-acts");
    for (const { verb, label } of this.data.actions) {
      const press = button("jt-act", label, () => this.act(verb, id));
      press.dataset.hold = verb + " " + id;
      press.setAttribute("aria-label", filled(this.data.labels.act_on, label, name));
      cell.append(press);
    }
    return cell;
  }

  act(verb, site) {
    this.n = Math.max(this.n + 1, Date.now());
    this.send({ verb, site, n: this.n, view: {} });
  }

  drawFoot() {
    const { rows, columns, notes, labels } = this.data;
    const parts = [];
    if (rows.length > this.count) {
      const words = filled(labels.more, Math.min(STEP, rows.length - this.count), rows.length - this.count);
      parts.push(button("jt-act", words, () => this.more()));
    }
    if (rows.length) parts.push(button("jt-act", labels.copy, () => this.copy()));
    const helps = columns.filter((column) => column.help);
    if (helps.length) parts.push(this.explained(helps));
    parts.push(...notes.map((note) => make("p", "jt-note", note)));
    this.foot.replaceChildren(...parts);
  }

  explained(columns) {
    const box = make("details", "jt-about");
    const list = make("dl");
    for (const column of columns) list.append(make("dt", "", column.title), make("dd", "", column.help));
    box.append(make("summary", "", this.data.labels.columns_explained), list);
    return box;
  }

  more() {
    const first = this.count;
    this.count += STEP;
    this.drawBody();
    this.drawFoot();
    const line = this.body.children[first];
    if (!line) return;
    line.tabIndex = -1;
    line.focus();
  }

  text() {
    const { columns, rows } = this.data;
    const head = columns.map((column) => (column.unit ? `${column.title} (${column.unit})` : column.title));
    const lines = this.order().map((i) => rows[i].map((value) => value.t.replace(/^−/, "-")));
    return [head, ...lines].map((line) => line.map(harmless).join("\t")).join("\n");
  }

  copy() {
    const { labels } = this.data;
    const tell = (words) => (this.told.textContent = words);
    const clipboard = navigator.clipboard;
    if (!clipboard) return tell(this.copyOld() ? labels.copied : labels.not_copied);
    return clipboard.writeText(this.text()).then(
      () => tell(labels.copied),
      () => tell(this.copyOld() ? labels.copied : labels.not_copied)
    );
  }

  // Without leave to use the clipboard: through a field that is there for a moment.
  copyOld() {
    const field = make("textarea", "jt-told");
    field.value = this.text();
    this.root.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

export default function jiujinTable(component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".jj-table");
  if (!root.shownTable) root.shownTable = new Shown(root);
  root.shownTable.send = (act) => setTriggerValue("act", act);
  root.shownTable.update(data.table);
}

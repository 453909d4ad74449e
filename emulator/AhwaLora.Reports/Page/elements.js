// Elements, formats and tables.

const numbers = JSON.parse(document.getElementById('numbers').textContent);

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) node.setAttribute(name, value);
  }
  node.append(...children.filter(child => child !== null && child !== undefined));
  return node;
}

const html = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);

const byId = id => document.getElementById(id);

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

const format = {
  count: value => grouped.format(value),
  // Three significant digits, and never an exponent.
  short: value => value === 0 ? '0' : Math.abs(value) >= 1000 ? grouped.format(value) : String(+value.toPrecision(3)),
  percent: value => `${Math.abs(value) >= 100 ? grouped.format(value) : value.toFixed(1)}\u00a0%`.replace('-', '−'),
  kib: bytes => `${(bytes / 1024).toFixed(1)}\u00a0KiB`,
  time(cycles, clockMhz) {
    const ns = cycles * 1000 / clockMhz;
    if (ns < 1000) return `${format.short(ns)}\u00a0ns`;
    return ns < 1e6 ? `${(ns / 1000).toFixed(ns < 1e5 ? 2 : 1)}\u00a0µs` : `${(ns / 1e6).toFixed(3)}\u00a0ms`;
  },
};

const unique = values => [...new Set(values)];

function legend(entries) {
  return html('ul', { class: 'legend' }, ...entries.map(({ name, color, kind = '' }) => {
    const swatch = html('i', { class: kind, 'aria-hidden': 'true' });
    if (kind !== 'hatched') swatch.style.background = color;
    return html('li', {}, swatch, name);
  }));
}

// The numbers of a figure as a folded table, for readers who cannot or do not want to read them from the figure.
function numbersTable(title, headings, rows) {
  const isNumber = headings.map((_, column) => rows.length > 0 && rows.every(row => typeof row[column] === 'number' || /^[−\d.,]+\u00a0?(%|KiB|µs)?$/.test(row[column])));
  const kind = column => isNumber[column] ? 'number' : null;
  const head = html('tr', {}, ...headings.map((heading, column) => html('th', { scope: 'col', class: kind(column) }, heading)));
  const body = rows.map(row => html('tr', {}, ...row.map((cell, column) => column === 0
    ? html('th', { scope: 'row', class: kind(column) }, String(cell))
    : html('td', { class: kind(column) }, String(cell)))));
  return html('details', { class: 'numbers' },
    html('summary', {}, 'Numbers'),
    html('div', { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': `Numbers: ${title}` },
      html('table', {}, html('thead', {}, head), html('tbody', {}, ...body))));
}

function figure(title, text, ...content) {
  return html('figure', {}, html('figcaption', {}, html('h3', {}, title), text ? html('p', {}, text) : null), ...content);
}

// Draws into a node whenever its width changes: text keeps its size, and the drawing takes the available room.
function drawToWidth(node, draw) {
  let drawn = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry.contentRect.width);
    if (width === drawn || width === 0) return;
    drawn = width;
    draw(width);
  }).observe(node);
}

const tooltip = {
  node: null,
  show(lines, x, y) {
    if (!this.node) document.body.append(this.node = html('div', { class: 'tooltip', role: 'status' }));
    this.node.replaceChildren(html('b', {}, lines[0]), ...lines.slice(1).map(line => html('span', {}, line)));
    this.node.hidden = false;
    const { width, height } = this.node.getBoundingClientRect();
    this.node.style.left = `${Math.max(8, Math.min(x + 14, innerWidth - width - 8))}px`;
    this.node.style.top = `${y + 18 + height > innerHeight ? y - height - 12 : y + 18}px`;
  },
  hide() {
    if (this.node) this.node.hidden = true;
  },
};

// A mark that says what it stands for: in a tooltip for the pointer, and in its name for assistive technology.
function explain(mark, lines) {
  mark.append(svg('title', {}, lines.join(', ')));
  mark.addEventListener('pointermove', event => tooltip.show(lines, event.clientX, event.clientY));
  mark.addEventListener('pointerleave', () => tooltip.hide());
  return mark;
}

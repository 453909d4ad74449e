// Overhead maps: tokens per chunk against integration time, a map for each shape.

const bestCase = 4; // percent: what the paper reports in its best case

// Light to dark as the overhead grows from 1 % to 400 %.
function overheadInk(percent) {
  const share = Math.max(0, Math.min(1, Math.log(Math.max(percent, 1)) / Math.log(400)));
  const [from, to] = [[234, 243, 250], [8, 62, 116]];
  const color = from.map((value, i) => Math.round(value + (to[i] - value) * share));
  return { fill: `rgb(${color})`, text: share > 0.48 ? '#ffffff' : '#10243a' };
}

const shapeOf = point => `${point.inputs} × ${point.outputs}`;

// The members in which points differ, without those that a map spans.
const chosenBy = [
  ['strategy', 'strategy'], ['harts', 'harts'], ['rank', 'rank'], ['tokens', 'tokens'],
  ['timing', 'timing'], ['contention', 'contention'], ['preset', 'preset'], ['clock_mhz', 'clock, MHz'],
];

function overheadMap(shape, points) {
  const chunks = unique(points.map(p => p.chunk_tokens)).sort((a, b) => a - b);
  const times = unique(points.map(p => p.integration_ns)).sort((a, b) => a - b);
  const drawing = html('div');
  drawToWidth(drawing, width => {
    const [left, top, row] = [58, 44, 42];
    const column = (width - left) / chunks.length;
    const height = top + times.length * row + 4;
    const root = svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': `Overhead of ${shape} by tokens per chunk and integration time` });
    root.append(svg('text', { x: left, y: 12 }, 'tokens per chunk t'), svg('text', { x: 0, y: 34 }, 'T_int'));
    chunks.forEach((chunk, i) => root.append(svg('text', { x: left + (i + 0.5) * column, y: 34, 'text-anchor': 'middle', class: 'value' }, String(chunk))));
    times.forEach((time, j) => {
      root.append(svg('text', { x: 0, y: top + (j + 0.5) * row + 4, class: 'value' }, `${time} ns`));
      chunks.forEach((chunk, i) => {
        const point = points.find(p => p.chunk_tokens === chunk && p.integration_ns === time);
        if (point) root.append(overheadCell(point, left + i * column, top + j * row, column - 2, row - 2));
      });
    });
    drawing.replaceChildren(root);
  });
  return figure(shape, null, drawing);
}

function overheadCell(point, x, y, width, height) {
  const { fill: color, text } = overheadInk(point.overhead_percent);
  const cell = svg('g', {},
    svg('rect', { x, y, width, height, rx: 3, fill: color }),
    svg('text', { x: x + width / 2, y: y + height / 2 + 4.5, 'text-anchor': 'middle', style: `fill: ${text}`, class: 'strong' }, width < 46 ? format.short(+point.overhead_percent.toFixed(point.overhead_percent < 10 ? 1 : 0)) : format.percent(point.overhead_percent)));
  if (point.overhead_percent <= bestCase) cell.append(svg('rect', { x: x + 1.5, y: y + 1.5, width: width - 3, height: height - 3, rx: 2, fill: 'none', stroke: 'var(--series-3)', 'stroke-width': 3 }));
  if (point.exceeds_reference_tcdm) cell.append(svg('path', { d: `M${x + width - 11} ${y}h8a3 3 0 0 1 3 3v8z`, fill: 'var(--series-2)' }));
  return explain(cell, [
    `${shapeOf(point)}, t = ${point.chunk_tokens}, ${point.integration_ns} ns: ${format.percent(point.overhead_percent)}`,
    `${format.count(point.pipelined_cycles)} cycles, tile alone ${format.count(point.baseline_cycles)}`,
    `TCDM ${format.kib(point.tcdm_bytes)}${point.exceeds_reference_tcdm ? ', more than 128 KiB' : ''}`,
  ]);
}

// Controls for the members that have more than one value; calls draw with the points that are chosen.
function chooser(points, draw) {
  const variable = chosenBy.filter(([key]) => unique(points.map(p => p[key])).length > 1);
  const selects = variable.map(([key, label]) => {
    const values = unique(points.map(p => p[key]));
    const select = html('select', { 'aria-label': label }, ...values.map(value => html('option', { value: String(value) }, String(value))));
    select.addEventListener('change', update);
    return { key, label, select };
  });
  function update() {
    draw(points.filter(p => selects.every(({ key, select }) => String(p[key]) === select.value)));
  }
  update();
  return selects.length ? html('div', { class: 'controls' }, ...selects.map(({ label, select }) => html('label', {}, label, select))) : null;
}

function drawOverhead(container, points, onChosen) {
  const maps = html('div', { class: 'maps' });
  const table = html('div');
  const controls = chooser(points, chosen => {
    const shapes = unique(chosen.map(shapeOf));
    maps.replaceChildren(...shapes.map(shape => overheadMap(shape, chosen.filter(p => shapeOf(p) === shape))));
    table.replaceChildren(numbersTable('overhead',
      ['layer', 't', 'T_int, ns', 'overhead', 'cycles', 'tile alone', 'TCDM'],
      chosen.map(p => [shapeOf(p), p.chunk_tokens, p.integration_ns, format.percent(p.overhead_percent), format.count(p.pipelined_cycles), format.count(p.baseline_cycles), format.kib(p.tcdm_bytes)])));
    onChosen(chosen);
  });
  container.append(...[controls, maps].filter(Boolean), legend([
    { name: 'overhead, 1 % to 400 %', color: `linear-gradient(90deg, ${overheadInk(1).fill}, ${overheadInk(400).fill})`, kind: 'ramp' },
    { name: `at most ${bestCase} %, as published for the best case`, color: 'var(--series-3)' },
    { name: 'needs more than 128 KiB of TCDM', color: 'var(--series-2)' },
  ]), table);
}

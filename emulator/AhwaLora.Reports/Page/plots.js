// Axes and lines.

const scales = {
  linear: (low, high) => ({ at: value => (value - low) / (high - low), low, high }),
  log: (low, high) => ({ at: value => Math.log(value / low) / Math.log(high / low), low, high }),
};

// Round steps of 1, 2 or 5 that divide a range into about the given number of parts.
function roundSteps(low, high, parts) {
  const rough = (high - low) / parts;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(factor => factor * power).find(candidate => candidate >= rough * 0.8);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high * (1 + 1e-9) + 1e-12; i++) ticks.push(+(i * step).toPrecision(12));
  return ticks;
}

// The frame of a plot. An axis is { scale, ticks: [[value, text]...], label }; returns the drawing, and the functions that place marks in it.
function frame(width, height, x, y, title) {
  const longest = Math.max(...y.ticks.map(([, text]) => text.length));
  const margin = { left: 14 + 7.4 * longest, right: 14, top: 26, bottom: 44 };
  const [innerWidth, innerHeight] = [width - margin.left - margin.right, height - margin.top - margin.bottom];
  const px = value => margin.left + innerWidth * x.scale.at(value);
  const py = value => margin.top + innerHeight * (1 - y.scale.at(value));
  const root = svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': title });
  const bottom = margin.top + innerHeight;
  for (const [value, text] of y.ticks) {
    root.append(
      svg('line', { x1: margin.left, x2: width - margin.right, y1: py(value), y2: py(value), stroke: 'var(--grid)' }),
      svg('text', { x: margin.left - 8, y: py(value) + 4, 'text-anchor': 'end' }, text));
  }
  let free = -Infinity;
  for (const [value, text] of x.ticks) {
    const half = text.length * 3.7;
    root.append(svg('line', { x1: px(value), x2: px(value), y1: bottom, y2: bottom + 5, stroke: 'var(--line)' }));
    const middle = Math.min(px(value), width - half);
    if (middle - half < free) continue;
    free = middle + half + 6;
    root.append(svg('text', { x: middle, y: bottom + 19, 'text-anchor': 'middle' }, text));
  }
  root.append(
    svg('line', { x1: margin.left, x2: width - margin.right, y1: bottom, y2: bottom, stroke: 'var(--line)' }),
    svg('text', { x: margin.left + innerWidth / 2, y: height - 4, 'text-anchor': 'middle' }, x.label),
    svg('text', { x: 0, y: 12 }, y.label));
  return { root, px, py, bottom, left: margin.left, right: width - margin.right, top: margin.top };
}

const pathOf = points => points.map(([x, y], i) => `${i ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');

// Lines over a common x. A series is { name, color, points: [[x, y]...], band?: [[x, least, most]...], step?, dash?, marks? }.
function linePlot(title, text, { height = 300, x, y, series, tell, table }) {
  const drawing = html('div');
  drawToWidth(drawing, width => {
    const plot = frame(width, height, x(width), y, title);
    const place = ([vx, vy]) => [plot.px(vx), plot.py(vy)];
    for (const { band, color } of series) {
      if (!band) continue;
      const outline = [...band.map(([vx, low]) => [vx, low]), ...band.map(([vx, , high]) => [vx, high]).reverse()];
      plot.root.append(svg('path', { d: `${pathOf(outline.map(place))}Z`, fill: color, 'fill-opacity': 0.16 }));
    }
    for (const one of series) {
      const points = one.step ? one.points.flatMap(([vx, vy], i) => i ? [[vx, one.points[i - 1][1]], [vx, vy]] : [[vx, vy]]) : one.points;
      plot.root.append(svg('path', { d: pathOf(points.map(place)), fill: 'none', stroke: one.color, 'stroke-width': 2, 'stroke-linejoin': 'round', 'stroke-dasharray': one.dash }));
      if (!tell) continue;
      for (const point of one.points) {
        const [cx, cy] = place(point);
        if (one.marks) plot.root.append(svg('circle', { cx, cy, r: 3.5, fill: one.color, stroke: 'var(--surface)', 'stroke-width': 1.5 }));
        plot.root.append(explain(svg('circle', { cx, cy, r: 9, fill: 'transparent' }), tell(one, point)));
      }
    }
    drawing.replaceChildren(plot.root);
  });
  return figure(title, text, drawing, legend(series.map(({ name, color }) => ({ name, color, kind: 'stroke' }))), table);
}

// Balance, roofline, stall causes, and the figures of the tile.

const series = [1, 2, 3, 4, 5, 6].map(n => `var(--series-${n})`);

// ---- Balance: cycles per token on the harts and on the tile, over tokens per chunk ----

function balancePlot(shape, points) {
  const times = unique(points.map(p => p.integration_ns)).sort((a, b) => a - b);
  const chunks = unique(points.map(p => p.chunk_tokens)).sort((a, b) => a - b);
  const line = (time, value) => points.filter(p => p.integration_ns === time).sort((a, b) => a.chunk_tokens - b.chunk_tokens).map(p => [p.chunk_tokens, value(p) / p.tokens]);
  const lines = [
    { name: 'harts', color: series[1], points: line(times.at(-1), p => p.hart_busy_cycles_most), marks: true },
    ...times.map((time, i) => ({ name: `tile, ${time} ns`, color: series[[5, 0, 3, 2, 4][i % 5]], points: line(time, p => p.baseline_cycles), marks: true, dash: i % 2 ? '6 4' : null })),
  ];
  const most = Math.max(...lines.flatMap(l => l.points.map(([, y]) => y)));
  const [low, high] = [chunks[0], chunks.length > 1 ? chunks.at(-1) : chunks[0] * 2];
  return linePlot(shape, null, {
    x: () => ({ scale: scales.log(low, high), ticks: chunks.map(c => [c, String(c)]), label: 'tokens per chunk t' }),
    y: { scale: scales.linear(0, most * 1.06), ticks: roundSteps(0, most, 6).map(v => [v, format.count(v)]), label: 'cycles per token' },
    series: lines,
    tell: (one, [chunk, value]) => [`${one.name}, t = ${chunk}`, `${format.short(+value.toFixed(1))} cycles per token`],
    table: numbersTable(`balance of ${shape}`, ['t', ...lines.map(l => l.name)], chunks.map(c => [c, ...lines.map(l => format.count(l.points.find(([x]) => x === c)?.[1] ?? 0))])),
  });
}

function drawBalance(container, points) {
  const shapes = unique(points.map(shapeOf));
  container.replaceChildren(...shapes.map(shape => balancePlot(shape, points.filter(p => shapeOf(p) === shape))));
}

// ---- Roofline ----

function drawRoofline(container, { harts, peak_multiply_adds_per_cycle: peak, bandwidth_bytes_per_cycle: bandwidth, points }) {
  const kernels = unique(points.map(p => p.kernel));
  const layers = unique(points.map(p => p.layer));
  const intensities = points.map(p => p.intensity);
  const knee = peak / bandwidth;
  const [low, high] = [Math.min(knee, ...intensities) / 4, Math.max(knee, ...intensities) * 6];
  const memory = x => bandwidth * x;
  // A hart issues one instruction per cycle, and each word that is loaded or stored takes one of them as well.
  const wordBytes = 4;
  const issue = x => peak / (1 + 1 / (wordBytes * x));
  const xs = Array.from({ length: 65 }, (_, i) => low * (high / low) ** (i / 64));
  const roof = [low, knee, high].map(x => [x, Math.min(peak, memory(x))]);
  const [least, most] = [Math.min(...points.map(p => p.multiply_adds_per_cycle), memory(low)) / 1.3, peak * 1.6];
  const decades = (from, to) => [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200].filter(v => v >= from && v <= to);
  const drawing = html('div');
  drawToWidth(drawing, width => {
    const plot = frame(width, 360,
      { scale: scales.log(low, high), ticks: decades(low, high).map(v => [v, String(v)]), label: 'multiply-adds per byte of TCDM traffic' },
      { scale: scales.log(least, most), ticks: decades(least, most).map(v => [v, String(v)]), label: 'multiply-adds per cycle, all harts' },
      'Roofline of the adapter kernels');
    const place = ([x, y]) => [plot.px(x), plot.py(y)];
    const clipped = xs.map(x => [x, issue(x)]).filter(([, y]) => y >= least);
    plot.root.append(
      svg('path', { d: pathOf(roof.map(place)), fill: 'none', stroke: 'var(--quiet)', 'stroke-width': 2 }),
      svg('path', { d: pathOf(clipped.map(place)), fill: 'none', stroke: 'var(--quiet)', 'stroke-width': 1.5, 'stroke-dasharray': '5 4' }),
      svg('text', { x: plot.right, y: plot.py(peak) - 8, 'text-anchor': 'end', class: 'value' }, `${format.short(peak)} per cycle: one per hart`));
    // Circles on top of squares: kernels of two layers may lie close together.
    for (const point of points.toSorted((a, b) => layers.indexOf(b.layer) % 2 - layers.indexOf(a.layer) % 2)) {
      const [x, y] = place([point.intensity, point.multiply_adds_per_cycle]);
      const color = series[kernels.indexOf(point.kernel) % 6];
      const shape = layers.indexOf(point.layer) % 2 === 0
        ? svg('circle', { cx: x, cy: y, r: 6, fill: color, stroke: 'var(--surface)', 'stroke-width': 2 })
        : svg('rect', { x: x - 7, y: y - 7, width: 14, height: 14, fill: color, stroke: 'var(--surface)', 'stroke-width': 2 });
      plot.root.append(explain(shape, [
        `${point.kernel}, ${point.layer}`,
        `${format.short(point.multiply_adds_per_cycle)} multiply-adds per cycle on ${point.harts} harts`,
        `${format.short(point.intensity)} per byte, ${format.percent(100 * point.multiply_adds_per_cycle / issue(point.intensity))} of what one issue per cycle allows`,
      ]));
    }
    drawing.replaceChildren(plot.root);
  });
  const marks = layers.map((layer, i) => `${i % 2 === 0 ? '●' : '■'} ${layer}`).join('   ');
  container.append(drawing,
    legend([...kernels.map((name, i) => ({ name, color: series[i % 6] })), { name: 'peak and TCDM bandwidth', color: 'var(--quiet)', kind: 'stroke' }]),
    html('p', { class: 'hint' }, `Layers: ${marks}. Dashed: what a hart that issues one instruction per cycle can reach, loads and stores included.`),
    numbersTable('roofline', ['layer', 'kernel', 'multiply-adds', 'bytes', 'per byte', 'per cycle'],
      points.map(p => [p.layer, p.kernel, format.count(p.multiply_adds), format.count(p.bytes), format.short(p.intensity), format.short(p.multiply_adds_per_cycle)])));
}

// ---- Stall causes: a stacked bar per hart ----

const causeInk = {
  issue: 'var(--series-3)', load_use: 'var(--series-1)', fpu_dependency: 'var(--series-4)', fpu_structural: 'var(--integrate)', division: 'var(--series-6)',
  jump_branch: 'var(--series-5)', csr: 'var(--stream)', bank_conflict: 'var(--series-2)', memory_latency: 'var(--quiet)', instruction_fetch: 'var(--warning)',
  barrier: 'var(--barrier)', wfi: 'var(--line)', dma_wait: 'var(--transfer-out)', tile_wait: 'var(--computing)', trap: 'var(--text)',
};

function drawCauses(container, { names, harts }) {
  const present = names.map((name, i) => i).filter(i => harts.some(hart => hart[i] > 0));
  const total = harts.map(hart => hart.reduce((sum, cycles) => sum + cycles, 0));
  const most = Math.max(...total);
  const drawing = html('div');
  drawToWidth(drawing, width => {
    const [row, bar] = harts.length > 16 ? [16, 12] : [26, 19];
    const [left, right] = [58, 10];
    const height = harts.length * row + 46;
    const px = cycles => left + cycles / most * (width - left - right);
    const root = svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': 'Cycles of each hart by cause' });
    const bottom = harts.length * row + 2;
    for (const tick of roundSteps(0, most, Math.max(2, width / 160))) {
      root.append(svg('line', { x1: px(tick), x2: px(tick), y1: 0, y2: bottom, stroke: 'var(--grid)' }), svg('text', { x: px(tick), y: bottom + 16, 'text-anchor': tick === 0 ? 'start' : px(tick) > width - 30 ? 'end' : 'middle' }, format.count(tick)));
    }
    root.append(svg('text', { x: left + (width - left) / 2, y: height - 4, 'text-anchor': 'middle' }, 'cycles'));
    harts.forEach((hart, n) => {
      root.append(svg('text', { x: 0, y: n * row + bar / 2 + 4, class: 'value' }, `hart ${n}`));
      let begin = 0;
      for (const i of present) {
        if (hart[i] === 0) continue;
        root.append(explain(
          svg('rect', { x: px(begin), y: n * row, width: Math.max(0.5, px(begin + hart[i]) - px(begin) - 0.5), height: bar, fill: causeInk[names[i]] ?? 'var(--quiet)' }),
          [`${names[i]}, hart ${n}`, `${format.count(hart[i])} cycles, ${format.percent(100 * hart[i] / total[n])}`]));
        begin += hart[i];
      }
    });
    drawing.replaceChildren(root);
  });
  container.append(drawing, legend(present.map(i => ({ name: names[i], color: causeInk[names[i]] ?? 'var(--quiet)' }))),
    numbersTable('causes', ['hart', ...present.map(i => names[i]), 'cycles'], harts.map((hart, n) => [String(n), ...present.map(i => format.count(hart[i])), format.count(total[n])])));
}

// ---- The tile ----

const ageTicks = [[1, '1 s'], [60, '1 min'], [3600, '1 h'], [86400, '1 d'], [2629800, '1 month'], [31557600, '1 y'], [315576000, '10 y']];

const ageText = seconds => {
  const [size, unit] = [[31557600, 'years'], [86400, 'days'], [3600, 'hours'], [60, 'minutes'], [1, 'seconds']].find(([s]) => seconds >= s) ?? [1, 'seconds'];
  return `${format.short(+(seconds / size).toPrecision(2))} ${unit}`;
};

function drawErrors(container, tile) {
  const errors = tile.error_over_age;
  const line = (name, color, of) => ({
    name, color,
    points: errors.map(e => [e.age_seconds, 100 * of(e).mean]),
    band: errors.map(e => [e.age_seconds, 100 * of(e).min, 100 * of(e).max]),
  });
  const lines = [line('drifting', series[1], e => e.drifted), line('with global drift compensation', series[0], e => e.compensated)];
  const most = Math.max(...lines.flatMap(l => l.band.map(([, , high]) => high)));
  container.append(linePlot('Error of an MVM against age', `Relative error of y; lines are means of ${tile.seeds} tiles, bands reach from the least to the most.`, {
    x: () => ({ scale: scales.log(errors[0].age_seconds, errors.at(-1).age_seconds), ticks: ageTicks, label: 'time since programming' }),
    y: { scale: scales.linear(0, most * 1.06), ticks: roundSteps(0, most, 6).map(v => [v, `${format.short(v)} %`]), label: 'relative error' },
    series: lines,
    tell: (one, [age, value]) => [`${one.name}: ${format.percent(value)}`, `after ${ageText(age)}`],
    table: numbersTable('error against age', ['age', 'drifting', 'compensated'], errors.map(e => [ageText(e.age_seconds), format.percent(100 * e.drifted.mean), format.percent(100 * e.compensated.mean)])),
  }));
}

function drawConductances(container, tile) {
  const high = tile.conductance_range_micro_siemens;
  const bins = tile.conductances[0].fractions.length;
  const lines = tile.conductances.map(({ stage, fractions }, i) => ({
    name: stage, color: series[i % 6], step: true,
    points: [...fractions, 0].map((share, bin) => [bin * high / bins, 100 * share]),
  }));
  const most = Math.max(...lines.flatMap(l => l.points.map(([, y]) => y)));
  container.append(linePlot('Conductances of the devices in use', 'Of both devices of a pair those whose target is above zero; the last bin holds all beyond it.', {
    x: () => ({ scale: scales.linear(0, high), ticks: roundSteps(0, high, 6).map(v => [v, format.short(v)]), label: 'conductance, µS' }),
    y: { scale: scales.linear(0, most * 1.06), ticks: roundSteps(0, most, 6).map(v => [v, `${format.short(v)} %`]), label: 'share of the devices' },
    series: lines,
    table: numbersTable('conductances', ['stage', 'mean, µS'], tile.conductances.map(({ stage, fractions }) => [stage, format.short(+(fractions.reduce((sum, f, bin) => sum + f * (bin + 0.5), 0) * high / bins).toFixed(2))])),
  }));
}

function drawSaturation(container, tile) {
  const rows = tile.saturation;
  if (!rows) {
    container.append(figure('Saturated outputs', `Preset ${tile.preset} has no ADC, so nothing saturates.`));
    return;
  }
  const columns = rows[0].columns.length;
  const step = rows.length > 1 ? rows[1].bound - rows[0].bound : 1;
  const [low, high] = [rows[0].bound - step / 2, rows.at(-1).bound + step / 2];
  const drawing = html('div');
  drawToWidth(drawing, width => {
    const plot = frame(width, 300,
      { scale: scales.linear(0, columns), ticks: roundSteps(0, columns, 8).map(v => [v, String(v)]), label: 'column' },
      { scale: scales.linear(low, high), ticks: rows.filter((_, i) => i % 3 === 1).map(r => [r.bound, format.short(r.bound)]), label: 'bound of the ADC, weight / maximum × input' },
      'Share of vectors that saturate, by column and bound of the ADC');
    for (const { bound, columns: shares } of rows) {
      const [y, height] = [plot.py(bound + step / 2), plot.py(bound - step / 2) - plot.py(bound + step / 2)];
      // Neighbours of one colour are one mark.
      for (let begin = 0, end; begin < columns; begin = end) {
        for (end = begin + 1; end < columns && shares[end] === shares[begin]; end++);
        if (shares[begin] > 0) plot.root.append(svg('rect', { x: plot.px(begin), y, width: plot.px(end) - plot.px(begin) + 0.3, height: height + 0.3, fill: 'var(--series-2)', 'fill-opacity': (0.12 + 0.88 * shares[begin]).toFixed(3) }));
      }
    }
    if (tile.adc_bound <= high) plot.root.append(svg('line', { x1: plot.left, x2: plot.right, y1: plot.py(tile.adc_bound), y2: plot.py(tile.adc_bound), stroke: 'var(--text)', 'stroke-dasharray': '4 3' }));
    drawing.replaceChildren(plot.root);
  });
  const mean = row => row.columns.reduce((sum, share) => sum + share, 0) / columns;
  container.append(figure('Saturated outputs', `Share of ${tile.vectors} vectors whose output saturates in one pass, by column, were the ADC's bound another one. The preset's is ${format.short(tile.adc_bound)}${tile.adc_bound > high ? ', beyond what is drawn' : ' (dashed)'}.`, drawing,
    legend([{ name: 'few vectors', color: 'color-mix(in srgb, var(--series-2) 15%, transparent)' }, { name: 'half', color: 'color-mix(in srgb, var(--series-2) 56%, transparent)' }, { name: 'all', color: 'var(--series-2)' }]),
    numbersTable('saturation', ['bound', 'saturated, all columns'], rows.map(row => [format.short(row.bound), format.percent(100 * mean(row))]))));
}

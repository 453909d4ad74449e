// Puts the figures into the page.

const keyFigure = ([name, value, unit]) => html('div', {}, html('dt', {}, name), html('dd', {}, value, ' ', html('small', {}, unit)));

function drawLayerHeader({ version, layer }) {
  const [alone] = layer.runs;
  const best = layer.runs.at(-1);
  const shape = `${layer.inputs} × ${layer.outputs}`;
  byId('version').textContent = version;
  document.title = `AhwaLora report: ${shape}, rank ${layer.rank}`;
  byId('title').textContent = `A ${shape} layer with a rank-${layer.rank} adapter costs ${format.percent(layer.overhead_percent)} beside its analog tile`;
  byId('lead').textContent = `${format.count(layer.tokens)} tokens in chunks of ${layer.chunk_tokens}, ${layer.harts} harts (${layer.timing}), strategy ${layer.strategy}, `
    + `tile ${layer.preset} integrating for ${layer.integration_ns} ns. Measured by running the firmware.`;
  const facts = [
    ['tile alone', format.count(alone.cycles), 'cycles'],
    [`with the adapter, ${best.name}`, format.count(best.cycles), 'cycles'],
    ['multiply-adds per cycle and hart', layer.multiply_adds_per_cycle.toFixed(2), ''],
    ['TCDM of the buffers', (best.tcdm_bytes / 1024).toFixed(1), 'KiB'],
    [`exposed after the last MVM; without adapter ${format.count(layer.baseline_exposed_cycles)}`, format.count(layer.exposed_cycles), 'cycles'],
    ...(best.relative_error_percent === undefined ? [] : [['error of y', best.relative_error_percent.toFixed(2), '%']]),
  ];
  byId('figures').append(...facts.map(keyFigure));
}

function drawFacts(container, facts) {
  container.append(html('div', { class: 'facts' }, ...unique(facts.map(f => f.group)).map(group => html('section', { style: 'margin: 0' },
    html('h3', {}, group),
    html('table', {}, html('tbody', {}, ...facts.filter(f => f.group === group).map(f => html('tr', {},
      html('th', { scope: 'row' }, f.name),
      html('td', { class: 'what' }, f.value),
      html('td', { class: 'from' }, html('span', { class: 'source', 'data-source': f.source }, f.source)),
      html('td', { class: 'note' }, f.note)))))))));
}

function drawRunHeader({ version, run, timeline }) {
  byId('version').textContent = version;
  byId('title').textContent = document.title = `Timeline of ${run.name}`;
  byId('figures').append(...[
    ['cycles', format.count(timeline.cycles), ''],
    ['harts', format.count(run.harts), ''],
    ['simulated time', format.time(timeline.cycles, timeline.clock_mhz), ''],
  ].map(keyFigure));
}

// The page of a single run has fewer sections.
function leaveOut(section) {
  byId(section).remove();
  document.querySelector(`nav a[href="#${section}"]`).parentElement.remove();
}

function drawStudy({ layer, overhead, roofline, tile }) {
  const [first] = overhead.points;
  const origin = overhead.source ? `from the results in ${overhead.source}.` : `${first.strategy} on ${first.harts} harts, rank ${first.rank}, ${first.tokens} tokens.`;
  byId('overhead-caption').textContent = `Cycles with the adapter over cycles of the tile alone, less one, ${origin} A column is a number of tokens in a chunk, a row an integration time.`;
  drawOverhead(byId('overhead-view'), overhead.points, chosen => drawBalance(byId('balance-view'), chosen));
  byId('roofline-caption').textContent = `What the adapter's kernels reach on ${roofline.harts} harts at t\u00a0=\u00a0${layer.chunk_tokens}, against one multiply-add per cycle and hart, and ${roofline.bandwidth_bytes_per_cycle} bytes per cycle of TCDM. Bytes are those of the loads and stores that ran.`;
  drawRoofline(byId('roofline-view'), roofline);
  byId('analog-caption').textContent = `Tiles of ${tile.lines} × ${tile.lines}, preset ${tile.preset}, devices ${tile.model}, ${tile.seeds} seeds from ${tile.first_seed}, holding normal weights clipped at three sigma.`;
  drawErrors(byId('error-view'), tile);
  drawConductances(byId('conductance-view'), tile);
  drawSaturation(byId('saturation-view'), tile);
}

drawTimeline(byId('timeline-view'), numbers.timeline);
drawCauses(byId('causes-view'), numbers.causes);
drawFacts(byId('facts-view'), numbers.facts);
if (numbers.layer) {
  drawLayerHeader(numbers);
  drawStudy(numbers);
} else {
  drawRunHeader(numbers);
  for (const section of ['overhead', 'balance', 'roofline', 'analog']) leaveOut(section);
}

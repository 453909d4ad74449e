// The timeline: lanes on a canvas, a window of time that zooms and pans, and below it the whole run with that window in it.

const laneOrder = ['context 0', 'context 1', 'context 2', 'context 3', 'stream in', 'integrate', 'stream out', 'operations'];

// Lanes in groups: harts with their regions drawn over them, tile by tile, the DMA, the barriers.
function lanesOf(tracks) {
  const groups = [];
  const group = name => groups.find(g => g.name === name) ?? (groups.push({ name, lanes: [] }), groups.at(-1));
  for (const track of tracks) {
    if (track.kind === 'harts') {
      const regions = tracks.find(other => other.kind === 'regions' && other.name === track.name);
      group('harts').lanes.push({ label: track.name, tracks: regions ? [track, regions] : [track] });
    } else if (track.kind === 'tiles') {
      const [tile, ...part] = track.name.split(' ');
      const name = part.join(' ');
      group(tile).lanes.push({ label: name.replace('context', 'job'), rank: laneOrder.indexOf(name), tracks: [track] });
    } else if (track.kind !== 'regions') {
      group(track.kind === 'dma' ? 'DMA' : track.kind).lanes.push({ label: track.name, tracks: [track] });
    }
  }
  for (const { lanes } of groups) lanes.sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0));

  // If harts fill the view, the tile that they wait for stays visible above them.
  return groups.length > 0 && groups[0].lanes.length > 16 ? [...groups.slice(1), groups[0]] : groups;
}

const isWait = name => /^(waits|sleeps)/.test(name);

// How a span is drawn: a custom property, or a hatching for waits; null if something else already shows it.
function inkOf(kind, name, regionNames) {
  if (kind === 'harts') return isWait(name) ? 'hatched' : '--computing';
  if (kind === 'regions') {
    if (name === 'tile wait') return null;
    const known = { 'x A': '--series-1', '(x A) B': '--series-3', 'y += d': '--series-5' };
    return known[name] ?? `--series-${regionNames.indexOf(name) % 6 + 1}`;
  }
  if (kind === 'dma') return name.endsWith('to tcdm') ? '--transfer-in' : '--transfer-out';
  if (kind === 'barriers') return '--barrier';
  const phases = { integrate: '--integrate', 'bound-management pass': '--series-2', program: '--series-5', calibrate: '--series-4' };
  return phases[name] ?? (name.startsWith('job') ? '--job' : '--stream');
}

function drawTimeline(container, { cycles, clock_mhz: clockMhz, names, tracks }) {
  const groups = lanesOf(tracks);
  const regionNames = unique(tracks.filter(t => t.kind === 'regions').flatMap(t => t.spans.map(s => names[s[2]])));
  const laneCount = groups.reduce((sum, g) => sum + g.lanes.length, 0);
  const size = { axis: 28, heading: 24, lane: laneCount > 28 ? 15 : 21, gap: 3, overview: Math.max(30, Math.min(64, laneCount * 3)) };
  const window_ = { begin: 0, end: cycles };
  const shortest = Math.min(cycles, 16);

  const axis = html('canvas', { 'aria-hidden': 'true' });
  const lanes = html('canvas', { class: 'lanes-canvas', tabindex: '0', role: 'application', 'aria-label': 'Timeline. Arrow keys pan, plus and minus zoom, 0 shows the whole run.' });
  const overview = html('canvas', { class: 'overview', 'aria-hidden': 'true' });
  const range = html('output', { 'aria-live': 'polite' });
  const frame_ = html('div', { class: 'timeline' }, axis, html('div', { class: 'lanes' }, lanes), overview);
  let width = 0;
  let ink = {};
  let overviewImage = null;

  const labelWidth = () => width < 560 ? 92 : 116;
  const span = () => window_.end - window_.begin;
  const toX = cycle => labelWidth() + (cycle - window_.begin) / span() * (width - labelWidth());
  const toCycle = x => window_.begin + (x - labelWidth()) / (width - labelWidth()) * span();

  function show(begin, end) {
    const length = Math.max(shortest, Math.min(cycles, end - begin));
    const middle = (begin + end) / 2;
    window_.begin = Math.max(0, Math.min(cycles - length, end - begin === length ? begin : middle - length / 2));
    window_.end = window_.begin + length;
    frame_.dataset.begin = Math.round(window_.begin);
    frame_.dataset.end = Math.round(window_.end);
    const time = cycle => format.time(cycle, clockMhz);
    range.textContent = `${time(window_.begin)} to ${time(window_.end)} (${time(length)})`;
    buttons.out.disabled = buttons.whole.disabled = length >= cycles;
    buttons.in.disabled = length <= shortest;
    requestAnimationFrame(draw);
  }

  const zoom = (factor, at = (window_.begin + window_.end) / 2) => {
    const length = Math.max(shortest, Math.min(cycles, span() * factor));
    const begin = at - (at - window_.begin) * length / span();
    show(begin, begin + length);
  };
  const pan = share => show(window_.begin + share * span(), window_.end + share * span());

  const button = (text, label, act) => {
    const node = html('button', { type: 'button', 'aria-label': label, title: label }, text);
    node.addEventListener('click', act);
    return node;
  };
  const buttons = {
    out: button('−', 'Zoom out', () => zoom(2)),
    in: button('+', 'Zoom in', () => zoom(0.5)),
    left: button('←', 'Earlier', () => pan(-0.4)),
    right: button('→', 'Later', () => pan(0.4)),
    whole: button('Whole run', 'Show the whole run', () => show(0, cycles)),
  };

  // ---- Drawing ----

  function prepare() {
    const style = getComputedStyle(document.documentElement);
    const color = name => style.getPropertyValue(name).trim();
    ink = new Proxy({}, { get: (known, name) => known[name] ??= color(name) });
    const tile = html('canvas', { width: 6, height: 6 });
    const pen = tile.getContext('2d');
    pen.fillStyle = color('--waiting');
    pen.fillRect(0, 0, 6, 6);
    pen.strokeStyle = color('--hatch');
    pen.beginPath();
    for (const shift of [-6, 0, 6]) pen.moveTo(shift, 6), pen.lineTo(shift + 6, 0);
    pen.stroke();
    ink.hatched = pen.createPattern(tile, 'repeat');
    overviewImage = null;
  }

  function sheet(canvas, height) {
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = `${height}px`;
    const pen = canvas.getContext('2d');
    pen.scale(ratio, ratio);
    pen.textBaseline = 'middle';
    return pen;
  }

  const font = (pixels, weight = 400) => `${weight} ${pixels}px system-ui, "Liberation Sans", "DejaVu Sans", sans-serif`;

  function isDark(color) {
    const [r, g, b] = [1, 3, 5].map(i => parseInt(color.slice(i, i + 2), 16));
    return 0.299 * r + 0.587 * g + 0.114 * b < 140;
  }

  function drawLane(pen, lane, y, height, toX_, withText) {
    for (const track of lane.tracks) {
      let lastRight = -1;
      let lastName = -1;
      for (const [begin, length, name] of track.spans) {
        const left = toX_(begin);
        const right = toX_(begin + length);
        if (right < 0 || left > width) continue;
        // Spans narrower than a pixel are drawn once per pixel.
        if (right < lastRight && name === lastName) continue;
        const color = inkOf(track.kind, names[name], regionNames);
        if (color === null) continue;
        const drawn = Math.max(1, right - left - (right - left > 4 ? 1 : 0));
        pen.fillStyle = ink[color];
        pen.fillRect(left, y, drawn, height);
        [lastRight, lastName] = [Math.ceil(left + 0.5), name];
        if (withText && drawn > 22 && color !== '--computing') drawText(pen, textOf(track, names[name]), color, Math.max(left, labelWidth()), left + drawn, y + height / 2);
      }
    }
  }

  const textOf = (track, name) => track.kind === 'harts' ? name.replace('waits ', '').replace('at a ', '').replace('for the ', '').replace('for a ', '') : name;

  function drawText(pen, text, color, left, right, y) {
    pen.font = font(size.lane < 18 ? 11 : 12);
    if (pen.measureText(text).width > right - left - 8) return;
    if (color === 'hatched') {
      pen.fillStyle = ink['--waiting'];
      pen.fillRect(left + 3, y - 7, pen.measureText(text).width + 4, 14);
    }
    pen.fillStyle = color === 'hatched' ? ink['--quiet'] : isDark(ink[color]) ? '#ffffff' : '#10151c';
    pen.fillText(text, left + 5, y + 0.5);
  }

  function drawLanes() {
    const height = groups.reduce((sum, g) => sum + size.heading + g.lanes.length * (size.lane + size.gap), 6);
    const pen = sheet(lanes, height);
    drawGrid(pen, height);
    let y = 0;
    for (const { name, lanes: members } of groups) {
      pen.fillStyle = ink['--text'];
      pen.font = font(13, 600);
      pen.fillText(name, 10, y + size.heading / 2 + 2);
      y += size.heading;
      for (const lane of members) {
        lane.y = y;
        pen.save();
        pen.beginPath();
        pen.rect(labelWidth(), y, width - labelWidth(), size.lane);
        pen.clip();
        drawLane(pen, lane, y, size.lane, toX, true);
        pen.restore();
        pen.fillStyle = ink['--quiet'];
        pen.font = font(12.5);
        pen.fillText(fit(pen, lane.label, labelWidth() - 18), 10, y + size.lane / 2 + 0.5);
        y += size.lane + size.gap;
      }
    }
  }

  function fit(pen, text, room) {
    if (pen.measureText(text).width <= room) return text;
    let kept = text;
    while (kept.length > 1 && pen.measureText(`${kept}…`).width > room) kept = kept.slice(0, -1);
    return `${kept.trimEnd()}…`;
  }

  // Ticks at round times, in a unit that fits the window.
  function ticks() {
    const cyclesToNs = 1000 / clockMhz;
    const [unit, ns] = span() * cyclesToNs > 2e6 ? ['ms', 1e6] : span() * cyclesToNs > 2000 ? ['µs', 1000] : ['ns', 1];
    const [low, high] = [window_.begin, window_.end].map(cycle => cycle * cyclesToNs / ns);
    return roundSteps(low, high, Math.max(2, (width - labelWidth()) / 100)).map(value => ({ cycle: value * ns / cyclesToNs, text: `${grouped3(value)} ${unit}` }));
  }

  const grouped3 = value => value.toLocaleString('en', { maximumFractionDigits: 3 });

  function drawGrid(pen, height) {
    pen.fillStyle = ink['--grid'];
    for (const { cycle } of ticks()) pen.fillRect(Math.round(toX(cycle)), 0, 1, height);
  }

  function drawAxis() {
    const pen = sheet(axis, size.axis);
    pen.font = font(12.5);
    let free = labelWidth() - 20;
    for (const { cycle, text } of ticks()) {
      const x = Math.round(toX(cycle));
      pen.fillStyle = ink['--line'];
      pen.fillRect(x, size.axis - 6, 1, 6);
      const half = pen.measureText(text).width / 2;
      const left = Math.min(width - 2 * half - 4, x - half);
      if (left < free) continue;
      free = left + 2 * half + 12;
      pen.fillStyle = ink['--quiet'];
      pen.fillText(text, left, size.axis / 2 - 1);
    }
    pen.fillStyle = ink['--line'];
    pen.fillRect(0, size.axis - 1, width, 1);
  }

  function drawOverview() {
    const pen = sheet(overview, size.overview);
    const whole = cycle => labelWidth() + cycle / cycles * (width - labelWidth());
    if (!overviewImage) {
      const height = size.overview / laneCount;
      let y = 0;
      for (const { lanes: members } of groups) {
        for (const lane of members) {
          drawLane(pen, lane, y, height, whole, false);
          y += height;
        }
      }
      overviewImage = html('canvas', { width: overview.width, height: overview.height });
      overviewImage.getContext('2d').drawImage(overview, 0, 0);
    } else {
      pen.drawImage(overviewImage, 0, 0, width, size.overview);
    }
    const [left, right] = [whole(window_.begin), whole(window_.end)];
    pen.globalAlpha = 0.72;
    pen.fillStyle = ink['--surface'];
    pen.fillRect(labelWidth(), 0, left - labelWidth(), size.overview);
    pen.fillRect(right, 0, width - right, size.overview);
    pen.globalAlpha = 1;
    pen.strokeStyle = ink['--accent'];
    pen.lineWidth = 1.5;
    pen.strokeRect(left + 0.75, 0.75, Math.max(2, right - left - 1.5), size.overview - 1.5);
    pen.fillStyle = ink['--quiet'];
    pen.font = font(12.5);
    pen.fillText('whole run', 10, size.overview / 2);
  }

  function draw() {
    if (width === 0) return;
    drawAxis();
    drawLanes();
    drawOverview();
  }

  // ---- Pointer, wheel and keys ----

  function spanAt(x, y) {
    const lane = groups.flatMap(g => g.lanes).find(l => y >= l.y && y < l.y + size.lane);
    if (!lane || x < labelWidth()) return null;
    const cycle = toCycle(x);
    const reach = span() / (width - labelWidth());
    for (const track of lane.tracks.toReversed()) {
      const found = track.spans.findLast(([begin, length, name]) => begin <= cycle + reach && begin + length >= cycle - reach && inkOf(track.kind, names[name], regionNames) !== null);
      if (found) return { lane, track, found };
    }
    return null;
  }

  function tell({ lane, track, found: [begin, length, name, ...values] }) {
    const facts = track.details.slice(0, values.length).map((detail, i) => {
      const text = /source|destination/.test(detail) ? `0x${values[i].toString(16).padStart(8, '0')}` : format.count(values[i]);
      return `${detail.replaceAll('_', ' ')} ${text}`;
    });
    return [
      `${names[name]}, ${lane.label}`,
      `${format.time(length, clockMhz)} from ${format.time(begin, clockMhz)}`,
      `${format.count(length)} cycles from cycle ${format.count(begin)}`,
      ...(facts.length ? [facts.join(' · ')] : []),
    ];
  }

  const pointers = new Map();
  lanes.addEventListener('pointerdown', event => {
    lanes.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, event.offsetX);
    tooltip.hide();
  });
  lanes.addEventListener('pointermove', event => {
    const before = pointers.get(event.pointerId);
    if (before === undefined) {
      const hit = spanAt(event.offsetX, event.offsetY);
      if (hit) tooltip.show(tell(hit), event.clientX, event.clientY);
      else tooltip.hide();
      return;
    }
    const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, x]) => x);
    if (others.length) {
      const [was, is] = [Math.abs(before - others[0]), Math.abs(event.offsetX - others[0])];
      if (was > 4 && is > 4) zoom(was / is, toCycle((event.offsetX + others[0]) / 2));
    } else {
      const moved = (before - event.offsetX) / (width - labelWidth()) * span();
      show(window_.begin + moved, window_.end + moved);
    }
    pointers.set(event.pointerId, event.offsetX);
  });
  for (const end of ['pointerup', 'pointercancel']) lanes.addEventListener(end, event => pointers.delete(event.pointerId));
  lanes.addEventListener('pointerleave', () => tooltip.hide());
  lanes.addEventListener('dblclick', event => {
    const hit = spanAt(event.offsetX, event.offsetY);
    if (!hit) return;
    const [begin, length] = hit.found;
    show(begin - 0.6 * length, begin + 1.6 * length);
  });

  // The wheel scrolls the page as usual, unless the timeline has been clicked or Ctrl is held.
  lanes.addEventListener('wheel', event => {
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      pan(event.deltaX / (width - labelWidth()));
    } else if (event.ctrlKey || event.metaKey || document.activeElement === lanes) {
      event.preventDefault();
      zoom(Math.exp(Math.max(-200, Math.min(200, event.deltaY)) / 300), toCycle(event.offsetX));
    }
  }, { passive: false });

  const keys = {
    ArrowLeft: () => pan(-0.2), ArrowRight: () => pan(0.2), PageUp: () => pan(-1), PageDown: () => pan(1),
    '+': () => zoom(0.5), '=': () => zoom(0.5), '-': () => zoom(2), 0: () => show(0, cycles),
    Home: () => show(0, span()), End: () => show(cycles - span(), cycles),
  };
  lanes.addEventListener('keydown', event => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });

  const moveWindow = event => {
    const middle = (event.offsetX - labelWidth()) / (width - labelWidth()) * cycles;
    show(middle - span() / 2, middle + span() / 2);
  };
  overview.addEventListener('pointerdown', event => {
    overview.setPointerCapture(event.pointerId);
    moveWindow(event);
  });
  overview.addEventListener('pointermove', event => {
    if (event.buttons) moveWindow(event);
  });

  container.append(
    html('div', { class: 'controls', role: 'group', 'aria-label': 'Window of time' }, buttons.out, buttons.in, buttons.left, buttons.right, buttons.whole, range),
    frame_,
    timelineLegend(groups, names, regionNames),
    html('p', { class: 'hint' }, 'Drag to pan, Ctrl and wheel (or a click, then the wheel) to zoom, double-click a span to fill the window with it. Keys: ',
      html('kbd', {}, '←'), ' ', html('kbd', {}, '→'), ' ', html('kbd', {}, '+'), ' ', html('kbd', {}, '−'), ' ', html('kbd', {}, '0'), '.'),
    timelineNumbers(tracks, names, cycles));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    prepare();
    draw();
  });
  drawToWidth(frame_, newWidth => {
    width = newWidth;
    prepare();
    show(window_.begin, window_.end);
  });
}

function timelineLegend(groups, names, regionNames) {
  const words = { '--computing': 'other code', hatched: 'waits', '--stream': 'stream in, stream out', '--job': 'job', '--barrier': 'barrier: first arrival to last' };
  const entries = new Map();
  for (const track of groups.flatMap(g => g.lanes).flatMap(l => l.tracks)) {
    for (const index of unique(track.spans.map(s => s[2]))) {
      const color = inkOf(track.kind, names[index], regionNames);
      if (color) entries.set(color, words[color] ?? names[index]);
    }
  }
  return legend([...entries].map(([color, name]) => color === 'hatched' ? { name, kind: 'hatched' } : { name, color: `var(${color})` }));
}

function timelineNumbers(tracks, names, cycles) {
  const rows = tracks.flatMap(track => unique(track.spans.map(s => s[2])).map(index => {
    const spans = track.spans.filter(s => s[2] === index);
    const sum = spans.reduce((total, [, length]) => total + length, 0);
    return [track.name, names[index], spans.length, format.count(sum), format.percent(100 * sum / cycles)];
  }));
  const shown = rows.filter(([, name]) => !name.startsWith('job'));
  return numbersTable('timeline', ['track', 'what', 'times', 'cycles', 'of the run'], shown);
}

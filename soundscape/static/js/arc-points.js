/**
 * The points of an arc, [minute, intensity] in the template's minutes, and how they may move. Pure.
 *
 * A `sheet` says how minutes lie in the drawing: {top, infusionMin, tailMin, infusionPct}. The infusion's minutes and
 * those of the tail are drawn at scales of their own.
 */

const APART_MIN = 0.5;

/** Where a minute is, in percent of the width. */
export function percentAt(sheet, minute) {
  if (minute <= sheet.infusionMin) return (sheet.infusionPct * minute) / sheet.infusionMin;
  return sheet.infusionPct + ((100 - sheet.infusionPct) * (minute - sheet.infusionMin)) / sheet.tailMin;
}

/** Which minute is at a percent of the width. */
export function minuteAt(sheet, percent) {
  if (percent <= sheet.infusionPct) return (sheet.infusionMin * percent) / sheet.infusionPct;
  return sheet.infusionMin + (sheet.tailMin * (percent - sheet.infusionPct)) / (100 - sheet.infusionPct);
}

/** The points with one of them elsewhere: between its neighbours, the first and the last at their minutes. */
export function moved(points, k, minute, energy) {
  const ends = k === 0 || k === points.length - 1;
  const least = ends ? points[k][0] : points[k - 1][0] + APART_MIN;
  const most = ends ? points[k][0] : points[k + 1][0] - APART_MIN;
  const place = ends || most < least ? points[k][0] : Math.min(most, Math.max(least, rounded(minute, 10)));
  return points.map((point, each) => (each === k ? [place, within(energy)] : point));
}

/** The points with one more, at a minute of its own between two others; null where it has no room there. */
export function added(points, minute, energy) {
  const at = rounded(minute, 10);
  const k = points.findIndex(([each]) => each > at);
  if (k < 1 || at - points[k - 1][0] < APART_MIN || points[k][0] - at < APART_MIN) return null;
  return [...points.slice(0, k), [at, within(energy)], ...points.slice(k)];
}

/** The points without one of them; null for the first and the last, between which the arc lies. */
export function removed(points, k) {
  return k > 0 && k < points.length - 1 ? points.filter((_, each) => each !== k) : null;
}

/** The minute half way from a point to the next, or of the widest gap in the drawing where no point is meant (-1). */
export function between(points, sheet, k) {
  const wide = points.slice(1).map(([minute], each) => percentAt(sheet, minute) - percentAt(sheet, points[each][0]));
  const gap = k < 0 ? wide.indexOf(Math.max(...wide)) : Math.min(k, wide.length - 1);
  return (points[gap][0] + points[gap + 1][0]) / 2;
}

/** The points after a stroke over the drawing from one place to another: those under it are where it went. */
export function painted(points, sheet, from, to) {
  const [first, second] = from.percent <= to.percent ? [from, to] : [to, from];
  return points.map(([minute, energy]) => {
    const percent = percentAt(sheet, minute);
    if (percent < first.percent || percent > second.percent) return [minute, energy];
    const share = second.percent > first.percent ? (percent - first.percent) / (second.percent - first.percent) : 1;
    const drawn = first.energy + share * (second.energy - first.energy);
    return [minute, within(drawn)];
  });
}

/** What a key does to a point: [minutes, intensity] to add; null for other keys. */
export function stepOf(key, shift) {
  const much = shift ? 5 : 1;
  const steps = {
    ArrowUp: [0, 0.01 * much],
    ArrowDown: [0, -0.01 * much],
    PageUp: [0, 0.05],
    PageDown: [0, -0.05],
    ArrowLeft: [-0.5 * much, 0],
    ArrowRight: [0.5 * much, 0],
    Home: [0, -1],
    End: [0, 1],
  };
  return steps[key] ?? null;
}

const within = (energy) => Math.min(1, Math.max(0, rounded(energy, 100)));

function rounded(value, parts) {
  return Math.round(value * parts) / parts;
}

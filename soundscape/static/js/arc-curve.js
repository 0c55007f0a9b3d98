/**
 * The wished arc between its points, as the server draws it: a curve that rises and falls with its points and never
 * overshoots one (PCHIP, after Fritsch and Butland 1984, as SciPy has it). Pure.
 */

const SAMPLES = 240;

/** The value at `x` of a curve through `points`, each [x, y] with x rising. */
export function curve(points) {
  const slopes = slopesOf(points);
  return (x) => {
    let k = points.length - 2;
    while (k > 0 && x < points[k][0]) k -= 1;
    const [[x0, y0], [x1, y1]] = [points[k], points[k + 1]];
    const width = x1 - x0;
    const t = Math.min(1, Math.max(0, (x - x0) / width));
    const [a, b] = [t * t * (3 - 2 * t), t * (1 - t) * width];
    return y0 * (1 - a) + y1 * a + slopes[k] * b * (1 - t) - slopes[k + 1] * b * t;
  };
}

/** The curve as a path in a box of 1000 x 100; x of the points in percent, `top` the value at the box's upper edge. */
export function pathOf(points, top) {
  const at = curve(points);
  const steps = Array.from({ length: SAMPLES + 1 }, (_, k) => (100 * k) / SAMPLES);
  const high = (x) => 100 * (1 - Math.min(1, Math.max(0, at(x)) / top));
  return "M" + steps.map((x) => `${(x * 10).toFixed(1)} ${high(x).toFixed(2)}`).join("L");
}

function slopesOf(points) {
  const wide = points.slice(1).map(([x], k) => x - points[k][0]);
  const steep = points.slice(1).map(([, y], k) => (y - points[k][1]) / wide[k]);
  if (steep.length === 1) return [steep[0], steep[0]];
  const inner = steep.slice(1).map((after, k) => {
    const before = steep[k];
    if (before * after <= 0) return 0;
    const [first, second] = [2 * wide[k + 1] + wide[k], wide[k + 1] + 2 * wide[k]];
    return (first + second) / (first / before + second / after);
  });
  return [atEnd(wide[0], wide[1], steep[0], steep[1]), ...inner, atEnd(wide.at(-1), wide.at(-2), steep.at(-1), steep.at(-2))];
}

function atEnd(wide, next, steep, then) {
  const slope = ((2 * wide + next) * steep - wide * then) / (wide + next);
  if (Math.sign(slope) !== Math.sign(steep)) return 0;
  return Math.sign(steep) !== Math.sign(then) && Math.abs(slope) > 3 * Math.abs(steep) ? 3 * steep : slope;
}

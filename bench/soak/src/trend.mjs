/** Two-sided: of a flat line with this noise, one slope in a hundred lies outside. Ten values are looked at in each run, so 95 % would cry wolf in every fourth. */
const z = 2.575829;
/** Student's t for up to six degrees of freedom. */
const few = [63.657, 9.925, 5.841, 4.604, 4.032, 3.707];

/**
 * Fits a line through points [x, y].
 * @returns the slope with its 99 % confidence interval, and the mean of y
 */
export function trend(points) {
  const n = points.length;
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const sxx = points.reduce((total, [x]) => total + (x - meanX) ** 2, 0);
  const slope = points.reduce((total, [x, y]) => total + (x - meanX) * (y - meanY), 0) / sxx;
  const residuals = points.reduce((total, [x, y]) => total + (y - meanY - slope * (x - meanX)) ** 2, 0);
  const margin = studentQuantile(n - 2) * Math.sqrt(residuals / (n - 2) / sxx);
  return { slope, low: slope - margin, high: slope + margin, level: meanY };
}

/** Quantile of Student's t: with more degrees of freedom from that of the normal distribution (Abramowitz and Stegun, 26.7.5). */
export function studentQuantile(degrees) {
  return (
    few[degrees - 1] ??
    z + (z ** 3 + z) / 4 / degrees + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96 / degrees ** 2 + (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384 / degrees ** 3
  );
}

const mean = (values) => values.reduce((total, value) => total + value, 0) / values.length;

/** Two-sided: 95 % of the slopes that a flat line with this noise would show lie within. */
const z = 1.959964;

/**
 * Fits a line through points [x, y].
 * @returns the slope with its 95 % confidence interval, and the mean of y
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

/** Quantile of Student's t for 95 %, two-sided, from that of the normal distribution (Abramowitz and Stegun, 26.7.5). */
export function studentQuantile(degrees) {
  if (degrees < 1) return Infinity;
  if (degrees === 1) return 12.706;
  if (degrees === 2) return 4.303;
  return (
    z +
    (z ** 3 + z) / 4 / degrees +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96 / degrees ** 2 +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384 / degrees ** 3
  );
}

const mean = (values) => values.reduce((total, value) => total + value, 0) / values.length;

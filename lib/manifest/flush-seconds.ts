/** Time that a stopping broker gets to write out its store and close, on top of the drain: what the grace period is computed from, and what the rules demand of it. */
export const FLUSH_SECONDS = 10;

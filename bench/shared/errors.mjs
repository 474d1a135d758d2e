/** Something that the user can put right: printed without a stack. */
export class BenchmarkError extends Error {
  expected = true;
}

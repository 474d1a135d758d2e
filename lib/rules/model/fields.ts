/**
 * A value of a manifest, read without trusting it: a field that is missing or has another type than the API's is `undefined` or empty, never an exception.
 * The API server is the one to refuse such a manifest; a rule that cannot read a field has nothing to say about it.
 */
export class Fields {
  constructor(public readonly value: unknown) {}

  /** The field at this path, for example `at('spec', 'template')`. */
  public at(...path: string[]): Fields {
    let { value } = this;
    for (const key of path) value = isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    return new Fields(value);
  }

  public get exists(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  public get isMap(): boolean {
    return isMap(this.value);
  }

  public get text(): string | undefined {
    return typeof this.value === 'string' ? this.value : undefined;
  }

  public get number(): number | undefined {
    return typeof this.value === 'number' && Number.isFinite(this.value) ? this.value : undefined;
  }

  public get boolean(): boolean | undefined {
    return typeof this.value === 'boolean' ? this.value : undefined;
  }

  /** The entries of a list; empty when it is no list. */
  public get items(): Fields[] {
    return Array.isArray(this.value) ? this.value.map((item) => new Fields(item)) : [];
  }

  /** The texts of a list of texts. */
  public get texts(): string[] {
    return this.items.flatMap((item) => item.text ?? []);
  }

  /** The entries of a map of texts, such as labels. */
  public get textMap(): Record<string, string> {
    const map: Record<string, string> = Object.create(null);
    for (const [key, value] of this.entries) {
      if (value.text !== undefined) map[key] = value.text;
    }
    return map;
  }

  /** The fields of a map; empty when it is no map. */
  public get entries(): [string, Fields][] {
    return isMap(this.value) ? Object.entries(this.value).map(([key, value]) => [key, new Fields(value)]) : [];
  }

  /** The value for a message. */
  public toString(): string {
    return typeof this.value === 'string' ? this.value : JSON.stringify(this.value) ?? 'absent';
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

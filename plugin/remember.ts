/**
 * A small memory of what was worked out before. It forgets the oldest half at a time, so that it costs
 * next to nothing and never grows.
 */

/** Gives what `compute` gave for this name before, or asks it again. */
export function remember<Value>(limit: number): (name: string, compute: () => Value) => Value {
  let recent = new Map<string, Value>();
  let older = new Map<string, Value>();
  return (name, compute) => {
    const known = recent.get(name);
    if (known !== undefined) return known;
    const value = older.get(name) ?? compute();
    if (recent.size >= limit / 2) {
      older = recent;
      recent = new Map();
    }
    recent.set(name, value);
    return value;
  };
}

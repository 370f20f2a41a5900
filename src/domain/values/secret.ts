const inspect = Symbol.for('nodejs.util.inspect.custom');

/** A value that prints as `[secret]` everywhere: in text, JSON, logs and the debugger's listing. */
export class Secret<Value> {
  readonly #value: Value;

  constructor(value: Value) {
    this.#value = value;
  }

  /** The value itself, for the one place that must have it. */
  reveal(): Value {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect](): string {
    return '[secret]';
  }
}

export const secret = <Value>(value: Value): Secret<Value> => new Secret(value);

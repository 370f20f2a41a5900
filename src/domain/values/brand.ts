declare const brand: unique symbol;

/** A primitive that carries its meaning in its type; made only by the constructors of this folder. */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name };

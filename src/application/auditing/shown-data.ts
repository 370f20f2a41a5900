import type { Sealed } from '../../domain/values/sealed.ts';

/** What stands in place of every sealed value. */
export const sealedMark = '[sealed]';
/** What stands there once the life it belongs to was erased. */
export const erasedMark = '[erased]';
export type SealedMark = typeof sealedMark | typeof erasedMark;

type SnakeCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? First extends Lowercase<First>
    ? `${First}${SnakeCase<Rest>}`
    : `_${Lowercase<First>}${SnakeCase<Rest>}`
  : Name;

type ShownValue<Value> = Value extends Sealed
  ? SealedMark
  : Value extends string | number | boolean | null
    ? Value
    : Value extends readonly (infer Item)[]
      ? readonly ShownValue<Item>[]
      : Shown<Value>;

/**
 * An event's data as an auditor sees it: every field under its name in snake case, everything sealed as `[sealed]` or `[erased]`.
 * Whoever renders into this type can neither forget a field nor let a sealed value through.
 */
export type Shown<Data> = { readonly [Field in keyof Data & string as SnakeCase<Field>]: ShownValue<Data[Field]> };

// The result of compiling one field of the spec, and the error by which the first invalid field ends the compilation.

export type CompileResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: string };

/** A field that cannot be compiled. The message begins with the path of the field. */
export class InvalidFieldError extends Error {
  override readonly name = 'InvalidFieldError';
}

/** Returns the compiled value. Throws an InvalidFieldError. */
export function compiledField<Value>(path: string, result: CompileResult<Value>): Value {
  if (!result.ok) throw new InvalidFieldError(`${path}: ${result.problem}`);
  return result.value;
}

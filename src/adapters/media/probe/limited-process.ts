/** A program with its arguments, as `execFile` takes them. */
export type Invocation = Readonly<{ program: string; args: readonly string[] }>;

/**
 * The same program, which the kernel ends once it has used so many seconds of processor time, however long it had to wait
 * for them: a limit by the clock alone would end a good program where others keep the processors busy.
 */
export const withinProcessorSeconds = (seconds: number, { program, args }: Invocation): Invocation => ({
  program: '/bin/sh',
  args: ['-c', `ulimit -t ${seconds} && exec "$0" "$@"`, program, ...args],
});

import type { AppError } from "./types";

/** Whether what was thrown is an error of the core, which has a stable code and parameters. */
export function isAppError(thrown: unknown): thrown is AppError {
  return typeof thrown === "object" && thrown !== null && "code" in thrown && typeof thrown.code === "string";
}

/** What was thrown as an error of the core, if it is one. */
export const asAppError = (thrown: unknown): AppError | undefined =>
  isAppError(thrown) ? thrown : undefined;

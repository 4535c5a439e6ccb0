import { common } from "./common";
import { desk } from "./desk";
import { doctor } from "./doctor";
import { errors } from "./errors";
import { patient } from "./patient";
import { records } from "./records";
import { settings } from "./settings";
import { welcome } from "./welcome";

/** The English catalogue: key → ICU message. Another language is another object with the same keys. */
export const en = {
  ...common,
  ...welcome,
  ...settings,
  ...records,
  ...patient,
  ...doctor,
  ...desk,
  ...errors,
} as const;

export type MessageKey = keyof typeof en;

import { columns } from "./columns";
import { common } from "./common";
import { desk } from "./desk";
import { doctor } from "./doctor";
import { documents } from "./documents";
import { errors } from "./errors";
import { imports } from "./imports";
import { leaving } from "./leaving";
import { own } from "./own";
import { patient } from "./patient";
import { records } from "./records";
import { recovery } from "./recovery";
import { room } from "./room";
import { settings } from "./settings";
import { welcome } from "./welcome";

/** The English catalogue: key → ICU message. Another language is another object with the same keys. */
export const en = {
  ...common,
  ...columns,
  ...welcome,
  ...settings,
  ...records,
  ...own,
  ...room,
  ...recovery,
  ...leaving,
  ...patient,
  ...imports,
  ...doctor,
  ...desk,
  ...documents,
  ...errors,
} as const;

export type MessageKey = keyof typeof en;

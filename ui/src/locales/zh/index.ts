import type { Catalogue } from "../i18n";
import { columns } from "./columns";
import { common } from "./common";
import { doctor } from "./doctor";
import { desk } from "./desk";
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

export const zh: Catalogue = {
  ...common,
  ...columns,
  ...welcome,
  ...settings,
  ...records,
  ...own,
  ...room,
  ...recovery,
  ...documents,
  ...leaving,
  ...patient,
  ...imports,
  ...doctor,
  ...desk,
  ...errors,
};

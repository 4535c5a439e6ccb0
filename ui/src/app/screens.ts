import { type ComponentType, lazy } from "react";
import { ClinicPage, DeskHome } from "../features/desk/DeskHome";
import { DoctorHome, DoctorSelf, EndedShares, NewShares } from "../features/doctor/DoctorHome";
import { Home } from "../features/patient/Home";
import { Welcome } from "../features/welcome/Welcome";
import type { RouteId } from "./routes";

type Page = ComponentType<{ params: Record<string, string> }>;

/**
 * A page whose code is read when it is first opened: most windows never show most pages, and what is not read costs
 * neither time at the start nor memory. The first page of each window is there at once.
 */
function later<Module, Name extends keyof Module>(
  load: () => Promise<Module>,
  name: Module[Name] extends Page ? Name : never,
): Page {
  return lazy(async () => ({ default: (await load())[name] as Page }));
}

const desk = {
  clinicians: () => import("../features/desk/Clinicians"),
  invitation: () => import("../features/desk/InvitationPage"),
  people: () => import("../features/desk/People"),
  person: () => import("../features/desk/PersonPage"),
  register: () => import("../features/desk/Register"),
};
const join = () => import("../features/join/Join");
const leaving = () => import("../features/leaving/Leaving");
const room = () => import("../features/room/pages");
const settings = () => import("../features/settings/Settings");
const sharing = {
  accesses: () => import("../features/patient/Accesses"),
  receipt: () => import("../features/patient/Receipt"),
  share: () => import("../features/patient/SharePage"),
  shareNew: () => import("../features/patient/ShareNew"),
  shares: () => import("../features/patient/Shares"),
  spaces: () => import("../features/patient/Spaces"),
};
const adding = {
  report: () => import("../features/patient/ImportReport"),
  start: () => import("../features/patient/Import"),
};
const recoveryPages = {
  home: () => import("../features/recovery/Recovery"),
  kit: () => import("../features/recovery/Kit"),
  kitConfirm: () => import("../features/recovery/KitConfirm"),
  restore: () => import("../features/recovery/Restore"),
  restored: () => import("../features/recovery/Restored"),
};

type RoomPages = Awaited<ReturnType<typeof room>>;
const ownRoom = (name: keyof RoomPages["ownPages"]): Page =>
  lazy(async () => ({ default: (await room()).ownPages[name] }));
const sharedRoom = (name: keyof RoomPages["sharedPages"]): Page =>
  lazy(async () => ({ default: (await room()).sharedPages[name] }));

/** The component of every route; a route without one does not compile. */
export const screens: Record<RouteId, Page> = {
  welcome: Welcome,
  "welcome-new": later(() => import("../features/welcome/NewProfile"), "NewProfile"),
  "welcome-restore": later(recoveryPages.restore, "Restore"),
  "welcome-left": later(() => import("../features/leaving/Left"), "Left"),
  "patient-home": Home,
  "patient-join": later(join, "Join"),
  "patient-records": ownRoom("summary"),
  "patient-timeline": ownRoom("timeline"),
  "patient-results": ownRoom("results"),
  "patient-trend": ownRoom("trend"),
  "patient-comparison": ownRoom("comparison"),
  "patient-medicines": ownRoom("medicines"),
  "patient-documents": ownRoom("documents"),
  "patient-sheet": ownRoom("sheet"),
  "patient-search": ownRoom("search"),
  "patient-record": ownRoom("record"),
  "patient-document": ownRoom("document"),
  "patient-import": later(adding.start, "Import"),
  "patient-import-report": later(adding.report, "ImportReportPage"),
  "patient-shares": later(sharing.shares, "Shares"),
  "patient-share-new": later(sharing.shareNew, "ShareNew"),
  "patient-share": later(sharing.share, "SharePage"),
  "patient-receipt": later(sharing.receipt, "Receipt"),
  "patient-spaces": later(sharing.spaces, "Spaces"),
  "patient-leaving": later(leaving, "Leaving"),
  recovery: later(recoveryPages.home, "Recovery"),
  kit: later(recoveryPages.kit, "Kit"),
  "kit-confirm": later(recoveryPages.kitConfirm, "KitConfirm"),
  restored: later(recoveryPages.restored, "Restored"),
  "patient-accesses": later(sharing.accesses, "Accesses"),
  "doctor-home": DoctorHome,
  "doctor-join": later(join, "Join"),
  "doctor-new": NewShares,
  "doctor-ended": EndedShares,
  "doctor-self": DoctorSelf,
  "doctor-chart": sharedRoom("summary"),
  "doctor-timeline": sharedRoom("timeline"),
  "doctor-results": sharedRoom("results"),
  "doctor-trend": sharedRoom("trend"),
  "doctor-comparison": sharedRoom("comparison"),
  "doctor-medicines": sharedRoom("medicines"),
  "doctor-documents": sharedRoom("documents"),
  "doctor-sheet": sharedRoom("sheet"),
  "doctor-search": sharedRoom("search"),
  "doctor-record": sharedRoom("record"),
  "doctor-document": sharedRoom("document"),
  "doctor-leaving": later(leaving, "Leaving"),
  "desk-home": DeskHome,
  "desk-people": later(desk.people, "People"),
  "desk-register": later(desk.register, "Register"),
  "desk-person": later(desk.person, "PersonPage"),
  "desk-correct": later(desk.person, "CorrectPerson"),
  "desk-invitation": later(desk.invitation, "InvitationPage"),
  "desk-clinicians": later(desk.clinicians, "Clinicians"),
  "desk-enrol": later(desk.clinicians, "EnrolClinician"),
  "desk-clinician": later(desk.clinicians, "ClinicianPage"),
  "desk-clinician-invitation": later(desk.invitation, "ClinicianInvitationPage"),
  "desk-clinic": ClinicPage,
  "desk-leaving": later(leaving, "Leaving"),
  settings: later(settings, "Settings"),
  "relay-learns": later(settings, "RelayLearns"),
};

/**
 * Every screen of the application in one plain table: its address, the window it belongs to, its title, the
 * place in the left rail, and the states it can be in. Story tests walk this table for axe and for pictures.
 * Titles name the place only: no name of a person and nothing about health ever stands in a window title.
 */
import type { IconName } from "../shared/icons";
import type { MessageKey } from "../locales/i18n";

/**
 * What a screen can show; `locked` is the lock screen that any of them gives way to. `partial`: part of it is there and
 * part cannot be had, because asking again failed and what is shown is from before, because one of several sources
 * failed, or because the answer itself says that something is missing. Forms, and pages of one answer that is never
 * kept (the kit, an invitation), have no such state: they are there or they are not.
 */
export type ScreenState = "loading" | "empty" | "full" | "partial" | "offline" | "error" | "locked";

export interface RouteEntry {
  id: string;
  /** After `#`; `:name` is a parameter. */
  path: string;
  /** Kind of window. `any` is in each window with a profile. */
  window: "welcome" | "patient" | "doctor" | "desk" | "any";
  title: MessageKey;
  states: readonly ScreenState[];
  /** Place in the left rail; the order of this table is the order there. */
  rail?: { label: MessageKey; icon: IconName };
  /** The place in the rail that is marked while this screen is open. */
  under?: string;
}

const read = ["loading", "empty", "full", "partial", "offline", "error", "locked"] as const;
const one = ["loading", "full", "partial", "offline", "error", "locked"] as const;
const once = ["loading", "full", "offline", "error", "locked"] as const;
const form = ["full", "error", "locked"] as const;

export const routes = [
  {
    id: "welcome",
    path: "/",
    window: "welcome",
    title: "title.welcome",
    states: ["loading", "empty", "full", "partial", "error"],
  },
  {
    id: "welcome-new",
    path: "/new/:role",
    window: "welcome",
    title: "title.welcomeNew",
    states: ["full", "error"],
  },
  {
    id: "welcome-restore",
    path: "/restore",
    window: "welcome",
    title: "title.restore",
    states: ["full", "error"],
  },
  {
    id: "welcome-left",
    path: "/left",
    window: "welcome",
    title: "title.left",
    states: ["loading", "empty", "full", "error"],
  },

  {
    id: "patient-home",
    path: "/",
    window: "patient",
    title: "title.home",
    states: read,
    rail: { label: "rail.home", icon: "home" },
  },
  {
    id: "patient-join",
    path: "/join",
    window: "patient",
    title: "title.join",
    states: form,
    under: "patient-home",
  },
  {
    id: "patient-records",
    path: "/records",
    window: "patient",
    title: "title.records",
    states: read,
    rail: { label: "rail.records", icon: "folder" },
  },
  {
    id: "patient-timeline",
    path: "/records/timeline",
    window: "patient",
    title: "title.timeline",
    states: read,
    under: "patient-records",
  },
  {
    id: "patient-results",
    path: "/records/results",
    window: "patient",
    title: "title.results",
    states: read,
    under: "patient-records",
  },
  {
    id: "patient-trend",
    path: "/records/results/:analyte",
    window: "patient",
    title: "title.trend",
    states: one,
    under: "patient-records",
  },
  {
    id: "patient-comparison",
    path: "/records/comparison",
    window: "patient",
    title: "title.comparison",
    states: read,
    under: "patient-records",
  },
  {
    id: "patient-medicines",
    path: "/records/medicines",
    window: "patient",
    title: "title.medicines",
    states: read,
    under: "patient-records",
  },
  {
    id: "patient-documents",
    path: "/records/documents",
    window: "patient",
    title: "title.documents",
    states: read,
    under: "patient-records",
  },
  {
    id: "patient-sheet",
    path: "/records/sheet",
    window: "patient",
    title: "title.sheet",
    states: read,
    under: "patient-records",
  },
  {
    id: "patient-search",
    path: "/search",
    window: "patient",
    title: "title.search",
    states: read,
    under: "patient-records",
  },
  {
    id: "patient-record",
    path: "/records/:id",
    window: "patient",
    title: "title.record",
    states: one,
    under: "patient-records",
  },
  {
    id: "patient-document",
    path: "/records/:id/document/:n",
    window: "patient",
    title: "title.document",
    states: one,
    under: "patient-records",
  },
  {
    id: "patient-import",
    path: "/add",
    window: "patient",
    title: "title.import",
    states: read,
    rail: { label: "rail.import", icon: "add" },
  },
  {
    id: "patient-import-report",
    path: "/add/:id",
    window: "patient",
    title: "title.importReport",
    states: one,
    under: "patient-import",
  },
  {
    id: "patient-shares",
    path: "/sharing",
    window: "patient",
    title: "title.shares",
    states: read,
    rail: { label: "rail.shares", icon: "share" },
  },
  {
    id: "patient-share-new",
    path: "/sharing/new",
    window: "patient",
    title: "title.shareNew",
    states: one,
    under: "patient-shares",
  },
  {
    id: "patient-share",
    path: "/sharing/:id",
    window: "patient",
    title: "title.share",
    states: one,
    under: "patient-shares",
  },
  {
    id: "patient-receipt",
    path: "/sharing/:id/receipt",
    window: "patient",
    title: "title.receipt",
    states: one,
    under: "patient-shares",
  },
  {
    id: "patient-spaces",
    path: "/spaces",
    window: "patient",
    title: "title.spaces",
    states: read,
    rail: { label: "rail.spaces", icon: "spaces" },
  },
  {
    id: "patient-leaving",
    path: "/settings/leaving",
    window: "patient",
    title: "title.leaving",
    states: one,
    under: "settings",
  },
  {
    id: "patient-accesses",
    path: "/history",
    window: "patient",
    title: "title.accesses",
    states: read,
    rail: { label: "rail.accesses", icon: "history" },
  },

  {
    id: "doctor-home",
    path: "/",
    window: "doctor",
    title: "title.patients",
    states: read,
    rail: { label: "rail.patients", icon: "people" },
  },
  {
    id: "doctor-join",
    path: "/join",
    window: "doctor",
    title: "title.join",
    states: form,
    under: "doctor-home",
  },
  {
    id: "doctor-new",
    path: "/new",
    window: "doctor",
    title: "title.newRecords",
    states: read,
    rail: { label: "rail.newRecords", icon: "file" },
  },
  {
    id: "doctor-ended",
    path: "/ended",
    window: "doctor",
    title: "title.endedShares",
    states: read,
    rail: { label: "rail.endedShares", icon: "history" },
  },
  {
    id: "doctor-self",
    path: "/me",
    window: "doctor",
    title: "title.doctorSelf",
    states: one,
    rail: { label: "rail.doctorSelf", icon: "profile" },
  },
  {
    id: "doctor-chart",
    path: "/patients/:share",
    window: "doctor",
    title: "title.chart",
    states: read,
    under: "doctor-home",
  },
  {
    id: "doctor-timeline",
    path: "/patients/:share/timeline",
    window: "doctor",
    title: "title.timeline",
    states: read,
    under: "doctor-home",
  },
  {
    id: "doctor-results",
    path: "/patients/:share/results",
    window: "doctor",
    title: "title.results",
    states: read,
    under: "doctor-home",
  },
  {
    id: "doctor-trend",
    path: "/patients/:share/results/:analyte",
    window: "doctor",
    title: "title.trend",
    states: one,
    under: "doctor-home",
  },
  {
    id: "doctor-comparison",
    path: "/patients/:share/comparison",
    window: "doctor",
    title: "title.comparison",
    states: read,
    under: "doctor-home",
  },
  {
    id: "doctor-medicines",
    path: "/patients/:share/medicines",
    window: "doctor",
    title: "title.medicines",
    states: read,
    under: "doctor-home",
  },
  {
    id: "doctor-documents",
    path: "/patients/:share/documents",
    window: "doctor",
    title: "title.documents",
    states: read,
    under: "doctor-home",
  },
  {
    id: "doctor-sheet",
    path: "/patients/:share/sheet",
    window: "doctor",
    title: "title.sheet",
    states: read,
    under: "doctor-home",
  },
  {
    id: "doctor-search",
    path: "/patients/:share/search",
    window: "doctor",
    title: "title.search",
    states: read,
    under: "doctor-home",
  },
  {
    id: "doctor-record",
    path: "/patients/:share/:record",
    window: "doctor",
    title: "title.record",
    states: one,
    under: "doctor-home",
  },
  {
    id: "doctor-document",
    path: "/patients/:share/:record/document/:n",
    window: "doctor",
    title: "title.document",
    states: one,
    under: "doctor-home",
  },

  {
    id: "doctor-leaving",
    path: "/settings/leaving",
    window: "doctor",
    title: "title.leaving",
    states: one,
    under: "settings",
  },

  {
    id: "desk-home",
    path: "/",
    window: "desk",
    title: "title.desk",
    states: read,
    rail: { label: "rail.desk", icon: "desk" },
  },
  {
    id: "desk-people",
    path: "/people",
    window: "desk",
    title: "title.people",
    states: read,
    rail: { label: "rail.people", icon: "people" },
  },
  {
    id: "desk-register",
    path: "/people/register",
    window: "desk",
    title: "title.register",
    states: form,
    rail: { label: "rail.register", icon: "add" },
  },
  {
    id: "desk-person",
    path: "/people/:id",
    window: "desk",
    title: "title.person",
    states: one,
    under: "desk-people",
  },
  {
    id: "desk-correct",
    path: "/people/:id/correct",
    window: "desk",
    title: "title.correct",
    states: one,
    under: "desk-people",
  },
  {
    id: "desk-invitation",
    path: "/people/:id/invitation",
    window: "desk",
    title: "title.invitation",
    states: once,
    under: "desk-people",
  },
  {
    id: "desk-clinicians",
    path: "/clinicians",
    window: "desk",
    title: "title.clinicians",
    states: read,
    rail: { label: "rail.clinicians", icon: "doctor" },
  },
  {
    id: "desk-enrol",
    path: "/clinicians/enrol",
    window: "desk",
    title: "title.enrol",
    states: form,
    under: "desk-clinicians",
  },
  {
    id: "desk-clinician",
    path: "/clinicians/:id",
    window: "desk",
    title: "title.clinician",
    states: one,
    under: "desk-clinicians",
  },
  {
    id: "desk-clinician-invitation",
    path: "/clinicians/:id/invitation",
    window: "desk",
    title: "title.invitation",
    states: once,
    under: "desk-clinicians",
  },
  {
    id: "desk-clinic",
    path: "/clinic",
    window: "desk",
    title: "title.clinic",
    states: one,
    rail: { label: "rail.clinic", icon: "clinic" },
  },
  {
    id: "desk-leaving",
    path: "/settings/leaving",
    window: "desk",
    title: "title.leaving",
    states: one,
    under: "settings",
  },

  { id: "settings", path: "/settings", window: "any", title: "title.settings", states: one },
  {
    id: "recovery",
    path: "/settings/recovery",
    window: "any",
    title: "title.recovery",
    states: read,
    under: "settings",
  },
  {
    id: "kit",
    path: "/settings/recovery/kit",
    window: "any",
    title: "title.kit",
    states: ["loading", "empty", "full", "error", "locked"],
    under: "settings",
  },
  {
    id: "kit-confirm",
    path: "/settings/recovery/confirm",
    window: "any",
    title: "title.kitConfirm",
    states: one,
    under: "settings",
  },
  {
    id: "restored",
    path: "/settings/recovery/restored",
    window: "any",
    title: "title.restored",
    states: ["loading", "empty", "full", "partial", "error", "locked"],
    under: "settings",
  },
  {
    id: "relay-learns",
    path: "/settings/relay",
    window: "any",
    title: "title.relay",
    states: ["full", "locked"],
    under: "settings",
  },
] as const satisfies readonly RouteEntry[];

export type RouteId = (typeof routes)[number]["id"];

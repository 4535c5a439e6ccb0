import type { ComponentType } from "react";
import { ClinicianInvitationPage, InvitationPage } from "../features/desk/InvitationPage";
import { ClinicianPage, Clinicians, EnrolClinician } from "../features/desk/Clinicians";
import { ClinicPage, DeskHome } from "../features/desk/DeskHome";
import { CorrectPerson, PersonPage } from "../features/desk/PersonPage";
import { People } from "../features/desk/People";
import { Register } from "../features/desk/Register";
import { DoctorHome, DoctorSelf, EndedShares, NewShares } from "../features/doctor/DoctorHome";
import { Join } from "../features/join/Join";
import { Accesses } from "../features/patient/Accesses";
import { Home } from "../features/patient/Home";
import { Import } from "../features/patient/Import";
import { ImportReportPage } from "../features/patient/ImportReport";
import { Leaving } from "../features/leaving/Leaving";
import { Receipt } from "../features/patient/Receipt";
import { ShareNew } from "../features/patient/ShareNew";
import { SharePage } from "../features/patient/SharePage";
import { Shares } from "../features/patient/Shares";
import { Spaces } from "../features/patient/Spaces";
import { ownPages, sharedPages } from "../features/room/pages";
import { Kit } from "../features/recovery/Kit";
import { KitConfirm } from "../features/recovery/KitConfirm";
import { Recovery } from "../features/recovery/Recovery";
import { Restore } from "../features/recovery/Restore";
import { Restored } from "../features/recovery/Restored";
import { RelayLearns, Settings } from "../features/settings/Settings";
import { NewProfile } from "../features/welcome/NewProfile";
import { Welcome } from "../features/welcome/Welcome";
import type { RouteId } from "./routes";

/** The component of every route; a route without one does not compile. */
export const screens: Record<RouteId, ComponentType<{ params: Record<string, string> }>> = {
  welcome: Welcome,
  "welcome-new": NewProfile,
  "welcome-restore": Restore,
  "patient-home": Home,
  "patient-join": Join,
  "patient-records": ownPages.summary,
  "patient-timeline": ownPages.timeline,
  "patient-results": ownPages.results,
  "patient-trend": ownPages.trend,
  "patient-comparison": ownPages.comparison,
  "patient-medicines": ownPages.medicines,
  "patient-documents": ownPages.documents,
  "patient-sheet": ownPages.sheet,
  "patient-search": ownPages.search,
  "patient-record": ownPages.record,
  "patient-document": ownPages.document,
  "patient-import": Import,
  "patient-import-report": ImportReportPage,
  "patient-shares": Shares,
  "patient-share-new": ShareNew,
  "patient-share": SharePage,
  "patient-receipt": Receipt,
  "patient-spaces": Spaces,
  "patient-leaving": Leaving,
  "patient-recovery": Recovery,
  "patient-kit": Kit,
  "patient-kit-confirm": KitConfirm,
  "patient-restored": Restored,
  "patient-accesses": Accesses,
  "doctor-home": DoctorHome,
  "doctor-join": Join,
  "doctor-new": NewShares,
  "doctor-ended": EndedShares,
  "doctor-self": DoctorSelf,
  "doctor-chart": sharedPages.summary,
  "doctor-timeline": sharedPages.timeline,
  "doctor-results": sharedPages.results,
  "doctor-trend": sharedPages.trend,
  "doctor-comparison": sharedPages.comparison,
  "doctor-medicines": sharedPages.medicines,
  "doctor-documents": sharedPages.documents,
  "doctor-sheet": sharedPages.sheet,
  "doctor-search": sharedPages.search,
  "doctor-record": sharedPages.record,
  "doctor-document": sharedPages.document,
  "desk-home": DeskHome,
  "desk-people": People,
  "desk-register": Register,
  "desk-person": PersonPage,
  "desk-correct": CorrectPerson,
  "desk-invitation": InvitationPage,
  "desk-clinicians": Clinicians,
  "desk-enrol": EnrolClinician,
  "desk-clinician": ClinicianPage,
  "desk-clinician-invitation": ClinicianInvitationPage,
  "desk-clinic": ClinicPage,
  settings: Settings,
  "relay-learns": RelayLearns,
};

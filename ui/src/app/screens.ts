import type { ComponentType } from "react";
import { ClinicianInvitationPage, InvitationPage } from "../features/desk/InvitationPage";
import { ClinicianPage, Clinicians, EnrolClinician } from "../features/desk/Clinicians";
import { ClinicPage, DeskHome } from "../features/desk/DeskHome";
import { CorrectPerson, PersonPage } from "../features/desk/PersonPage";
import { People } from "../features/desk/People";
import { Register } from "../features/desk/Register";
import { ChartPage } from "../features/doctor/ChartPage";
import { DoctorHome, DoctorSelf, EndedShares, NewShares } from "../features/doctor/DoctorHome";
import { DoctorRecordPage } from "../features/doctor/DoctorRecordPage";
import { Join } from "../features/join/Join";
import { Accesses } from "../features/patient/Accesses";
import { Home } from "../features/patient/Home";
import { Import } from "../features/patient/Import";
import { ImportReportPage } from "../features/patient/ImportReport";
import { Receipt } from "../features/patient/Receipt";
import { RecordPage } from "../features/patient/RecordPage";
import { Records } from "../features/patient/Records";
import { ShareNew } from "../features/patient/ShareNew";
import { SharePage } from "../features/patient/SharePage";
import { Shares } from "../features/patient/Shares";
import { Spaces } from "../features/patient/Spaces";
import { RelayLearns, Settings } from "../features/settings/Settings";
import { NewProfile } from "../features/welcome/NewProfile";
import { Welcome } from "../features/welcome/Welcome";
import type { RouteId } from "./routes";

/** The component of every route; a route without one does not compile. */
export const screens: Record<RouteId, ComponentType<{ params: Record<string, string> }>> = {
  welcome: Welcome,
  "welcome-new": NewProfile,
  "patient-home": Home,
  "patient-join": Join,
  "patient-records": Records,
  "patient-record": RecordPage,
  "patient-import": Import,
  "patient-import-report": ImportReportPage,
  "patient-shares": Shares,
  "patient-share-new": ShareNew,
  "patient-share": SharePage,
  "patient-receipt": Receipt,
  "patient-spaces": Spaces,
  "patient-accesses": Accesses,
  "doctor-home": DoctorHome,
  "doctor-join": Join,
  "doctor-new": NewShares,
  "doctor-ended": EndedShares,
  "doctor-self": DoctorSelf,
  "doctor-chart": ChartPage,
  "doctor-record": DoctorRecordPage,
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

/**
 * The only way from the interface to the core: one typed function per command (CONTRACT of the shell's
 * `commands/`), one typed subscription per event. No other folder imports `@tauri-apps`.
 */
import { call, on } from "./transport";
import type * as T from "./types";
import { wholePage } from "./whole";

export { startTransport, windowLabel } from "./transport";
export { asAppError, isAppError } from "./failure";

const command =
  <Out>(name: string) =>
  (): Promise<Out> =>
    call(name) as Promise<Out>;

const commandWith =
  <In extends object, Out>(name: string) =>
  (args: In): Promise<Out> =>
    call(name, args as Record<string, unknown>) as Promise<Out>;

/** What a dialog of the system says (`shared/dialogWords.ts`). */
type Picking = { dialog: T.PickWords };
type Saving = { dialog: T.SaveWords };

/** Commands of the welcome window. */
export const welcome = {
  profilesList: command<T.ProfileSummary[]>("profiles_list"),
  profileCreate: (profile: T.NewProfile) => call("profile_create", { profile }) as Promise<T.ProfileSummary>,
  profileOpen: commandWith<{ id: string; passphrase: string | null }, undefined>("profile_open"),
  profileRemove: commandWith<{ id: string; name: string }, undefined>("profile_remove"),
  salvageStart: commandWith<{ id: string; passphrase: string | null }, T.SalvageView>("salvage_start"),
  salvageState: commandWith<{ id: string }, T.SalvageView>("salvage_state"),
  salvageStop: commandWith<{ id: string }, undefined>("salvage_stop"),
  salvageForget: commandWith<{ id: string }, undefined>("salvage_forget"),
  clinicSetup: (setup: T.ClinicSetup) => call("clinic_setup", { setup }) as Promise<T.ProfileSummary>,
  restoreKit: commandWith<{ text: string }, T.KitReading>("restore_kit"),
  restoreKitImage: commandWith<Picking, T.KitReading | null>("restore_kit_image"),
  restorePick: commandWith<Picking, T.BackupChoice | null>("restore_pick"),
  restoreLook: commandWith<{ kit: string; source: T.RestoreSource }, T.RestoreOffer>("restore_look"),
  restoreStart: commandWith<
    { kit: string; source: T.RestoreSource; sequence: number; name: string; passphrase: string | null },
    string
  >("restore_start"),
  restoreJob: commandWith<{ job: string }, T.JobView>("restore_job"),
  restoreCancel: commandWith<{ job: string }, undefined>("restore_cancel"),
  restoreReport: commandWith<{ job: string }, T.RestoreReport>("restore_done"),
  restoreForget: command<undefined>("restore_forget"),
  leavingReceipt: command<T.LeavingReceipt | null>("leaving_receipt"),
  leavingReceiptSave: commandWith<Saving, boolean>("leaving_receipt_save"),
  leavingDone: command<undefined>("leaving_done"),
};

/** Commands every window with a profile has. */
export const common = {
  session: command<T.SessionView>("session"),
  lock: command<undefined>("lock"),
  unlock: commandWith<{ passphrase: string | null }, T.SessionView>("unlock"),
  passphraseSet: commandWith<{ current: string | null; next: string | null }, undefined>("passphrase_set"),
  settingsRead: command<T.SettingsView>("settings_read"),
  settingsWrite: (settings: T.SettingsView) =>
    call("settings_write", { settings }) as Promise<T.SettingsView>,
  activity: command<undefined>("activity"),
  jobStatus: commandWith<{ job: string }, T.JobView>("job_status"),
  jobCancel: commandWith<{ job: string }, undefined>("job_cancel"),
  printWindow: command<undefined>("print_window"),
  profilesShow: command<undefined>("profiles_show"),
  secretCopy: commandWith<{ text: string }, undefined>("secret_copy"),
  textCopy: commandWith<{ text: string }, undefined>("text_copy"),
  keyringGiveUp: command<undefined>("keyring_give_up"),
};

/** Commands of a patient's and a doctor's window for joining a clinic. */
export const invitation = {
  read: commandWith<{ text: string }, T.InvitationPreview>("invitation_read"),
  fromImage: commandWith<Picking, string | null>("invitation_from_image"),
  accept: commandWith<{ text: string; leave: boolean }, T.SessionView>("invitation_accept"),
  dismissWarning: commandWith<{ code: T.ErrorCode }, undefined>("warning_dismiss"),
};

/** Commands of a desk window. */
export const desk = {
  home: command<T.DeskHome>("desk_home"),
  people: commandWith<{ query: string }, T.PersonRow[]>("desk_people"),
  person: commandWith<{ id: string }, T.PersonView>("desk_person"),
  similar: commandWith<{ draft: T.PersonDraft }, T.PersonRow[]>("desk_similar"),
  register: commandWith<{ draft: T.PersonDraft }, T.PersonView>("desk_register"),
  correct: commandWith<{ id: string; draft: T.PersonDraft }, T.PersonView>("desk_correct"),
  checkIdentity: commandWith<{ id: string; document: T.IdentityDocument; note: string | null }, T.PersonView>(
    "desk_check_identity",
  ),
  invite: commandWith<{ id: string }, T.InvitationView>("desk_invite"),
  withdrawInvitation: commandWith<{ id: string }, T.PersonView>("desk_withdraw_invitation"),
  withdrawPerson: commandWith<{ id: string; reason: string }, T.PersonView>("desk_withdraw_person"),
  clinicians: command<T.ClinicianRow[]>("desk_clinicians"),
  enrolClinician: commandWith<{ draft: T.ClinicianDraft }, T.InvitationView>("desk_enrol_clinician"),
  reinviteClinician: commandWith<{ id: string }, T.InvitationView>("desk_reinvite_clinician"),
  removeClinician: commandWith<{ id: string; reason: string }, undefined>("desk_remove_clinician"),
};

/** Commands of a patient's window. */
export const patient = {
  home: command<T.PatientHome>("patient_home"),
  importPick: commandWith<{ folder: boolean } & Picking, T.ImportSelection | null>("import_pick"),
  importStart: commandWith<{ token: string }, string>("import_start"),
  importDecide: commandWith<{ job: string; decision: T.ImportDecision }, undefined>("import_decide"),
  importReport: commandWith<{ job: string }, T.ImportReport>("import_report"),
  importUndo: commandWith<{ importId: string }, undefined>("import_undo"),
  importsList: command<T.ImportView[]>("imports_list"),
  importResume: commandWith<{ importId: string }, string>("import_resume"),
  importFiles: commandWith<{ importId: string }, T.ImportFileView[]>("import_files"),
  importExportOriginal: commandWith<{ of: T.OriginalOf } & Saving, number | null>("import_export_original"),
  importReportSave: commandWith<{ importId: string } & Saving, boolean>("import_report_save"),
  recordMove: commandWith<{ id: string; category: T.Category }, T.RecordMoved>("record_move"),
  recordMoveFile: commandWith<{ id: string; category: T.Category | null }, T.FileMoved>("record_move_file"),
  recordMoveBack: commandWith<{ undo: string }, undefined>("record_move_back"),
  spaces: command<T.SpaceView[]>("spaces"),
  spaceCreate: (draft: T.SpaceDraft) => call("space_create", { draft }) as Promise<T.SpaceView>,
  spaceRename: commandWith<{ id: string; name: string; icon: string }, T.SpaceView>("space_rename"),
  spacesRetired: command<T.RetiredSpace[]>("spaces_retired"),
  spaceRetire: commandWith<{ id: string }, T.RetiredSpace>("space_retire"),
  spaceSendNow: commandWith<{ id: string }, undefined>("space_send_now"),
  travel: command<T.Travel>("travel_read"),
  travelWrite: commandWith<{ travel: T.Travel }, undefined>("travel_write"),
  doctors: command<T.DoctorDirectory>("doctors"),
  sharePreview: (draft: T.ShareDraft) => call("share_preview", { draft }) as Promise<T.SharePreview>,
  sharePreviewEnd: commandWith<{ id: string }, undefined>("share_preview_end"),
  shareCreate: (draft: T.ShareDraft) => call("share_create", { draft }) as Promise<string>,
  shares: command<T.ShareView[]>("shares"),
  share: commandWith<{ id: string }, T.ShareView>("share"),
  shareRevoke: commandWith<{ id: string }, T.RevokeOutcome>("share_revoke"),
  shareExtend: commandWith<{ id: string; until: number }, T.ShareView>("share_extend"),
  accesses: command<T.AccessView[]>("accesses"),
  receipt: commandWith<{ id: string }, T.ReceiptView>("consent_receipt"),
  syncNow: command<undefined>("sync_now"),
  newKeys: command<T.NewKeysView[]>("doctor_new_keys"),
  shareRegrant: commandWith<{ id: string; certificate: string }, string>("share_regrant"),
};

/** The recovery kit, and the backups in a file and at the relay. */
export const recovery = {
  status: command<T.RecoveryView>("recovery_status"),
  kitShow: command<T.KitView>("kit_show"),
  kitConfirm: commandWith<{ words: T.KitWord[] }, T.KitCheck>("kit_confirm"),
  kitRenew: command<undefined>("kit_renew"),
  putOff: command<undefined>("reminder_put_off"),
  backupFileChoose: commandWith<Saving, boolean>("backup_file_choose"),
  backupFileForget: command<undefined>("backup_file_forget"),
  backupNow: command<string>("backup_now"),
  backupRelay: commandWith<{ on: boolean }, undefined>("backup_relay"),
  backupRelayNow: command<string>("backup_relay_now"),
  report: command<T.RestoreReport | null>("restore_report"),
};

/** Taking everything along, and leaving. Both give a job, or nothing if she picks no place for the file. */
export const leaving = {
  view: command<T.LeavingView>("leaving_view"),
  exportAll: commandWith<{ words: T.ExportWords } & Saving, string | null>("export_all"),
  forGood: commandWith<{ name: string; localOnly: boolean; words: T.ReceiptWords } & Saving, string | null>(
    "leave_for_good",
  ),
};

/** Commands of a doctor's window. */
export const doctor = {
  home: command<T.DoctorHome>("doctor_home"),
  sync: command<undefined>("doctor_sync"),
  open: commandWith<{ share: string }, T.DoctorOpening>("doctor_open"),
};

/** The reading room: the same for one's own records, a preview and a shared chart. */
export const room = {
  summary: commandWith<{ scope: T.RoomScope }, T.RoomSummary>("room_summary"),
  markSeen: commandWith<{ scope: T.RoomScope }, undefined>("room_mark_seen"),
  items: async (args: { scope: T.RoomScope; query: T.ItemQuery }): Promise<T.ItemPage> =>
    wholePage((await call("room_items", args)) as T.ItemPage),
  density: commandWith<{ scope: T.RoomScope; query: T.ItemQuery }, T.DensityView[]>("room_density"),
  analytes: commandWith<{ scope: T.RoomScope; query: T.ItemQuery }, T.AnalytePage>("room_analytes"),
  trend: commandWith<{ scope: T.RoomScope; analyte: string }, T.TrendView>("room_trend"),
  comparison: commandWith<{ scope: T.RoomScope; earlier: string; later: string }, T.ComparisonView>(
    "room_comparison",
  ),
  panel: commandWith<{ scope: T.RoomScope; recordId: string }, T.PanelView>("room_panel"),
  medicines: commandWith<{ scope: T.RoomScope }, T.MedicinePlan>("room_medicines"),
  search: commandWith<{ scope: T.RoomScope; query: T.ItemQuery }, T.SearchPage>("room_search"),
  record: commandWith<{ scope: T.RoomScope; recordId: string }, T.RoomRecord>("room_record"),
};

type At = { scope: T.RoomScope; recordId: string; index: number };

/** Commands for documents of records, in the windows of patient and doctor. A page comes as the bytes of a PNG. */
export const documents = {
  open: commandWith<At, T.DocumentView>("document_open"),
  page: commandWith<At & { page: number; width: number; window: T.GreyWindow | null }, ArrayBuffer>(
    "document_page",
  ),
  text: commandWith<At & { page: number }, T.PageWords>("document_text"),
  find: commandWith<At & { words: string }, T.FoundPlace[]>("document_find"),
  close: commandWith<At, undefined>("document_close"),
  save: commandWith<At & Saving, boolean>("document_save"),
};

export type Drag = "over" | "left" | "dropped";

/** What the shell tells without being asked. */
export const events = {
  locked: (heard: () => void) => on("session://locked", heard),
  progress: (heard: (job: T.JobView) => void) =>
    on("job://progress", (payload) => {
      heard(payload as T.JobView);
    }),
  changed: (heard: (which: string) => void) =>
    on("data://changed", (payload) => {
      heard(String(payload));
    }),
  /** Files are dragged over the window, away from it, or let go. */
  dragged: (heard: (where: Drag) => void) =>
    on("drag://moved", (payload) => {
      heard(payload as Drag);
    }),
  dropped: (heard: (selection: T.ImportSelection) => void) =>
    on("import://dropped", (payload) => {
      heard(payload as T.ImportSelection);
    }),
};

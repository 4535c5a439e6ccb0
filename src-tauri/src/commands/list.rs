// The one list of commands, by the windows that may call them. Included by build.rs (permissions),
// by commands/mod.rs (the handler) and by the test that compares it with the capabilities in
// tauri.conf.json. `every` is every window, `profile` every window with a profile, `invited` those
// that accept an invitation (patient and doctor).
macro_rules! command_list {
    ($then:ident) => {
        $then! {
            every {
                window::print_window,
                window::quit,
            }
            welcome {
                welcome::profiles_list,
                welcome::profile_create,
                welcome::profile_open,
                welcome::profile_rename,
                welcome::clinic_setup,
            }
            profile {
                session::session,
                session::lock,
                session::unlock,
                session::passphrase_set,
                session::settings_read,
                session::settings_write,
                session::activity,
                session::job_status,
                session::job_cancel,
            }
            invited {
                invitation::invitation_read,
                invitation::invitation_from_image,
                invitation::invitation_accept,
            }
            patient {
                patient::patient_home,
                patient::sync_now,
                import::import_pick,
                import::import_start,
                import::import_decide,
                import::import_report,
                import::import_undo,
                import::imports_list,
                records::chart,
                records::record,
                records::record_source,
                records::visibility,
                sharing::spaces,
                sharing::space_create,
                sharing::space_rename,
                sharing::doctors,
                sharing::share_preview,
                sharing::share_create,
                sharing::shares,
                sharing::share,
                sharing::share_revoke,
                sharing::share_extend,
                sharing::accesses,
                sharing::consent_receipt,
            }
            doctor {
                doctor::doctor_home,
                doctor::doctor_sync,
                doctor::doctor_chart,
                doctor::doctor_record,
                doctor::doctor_record_source,
            }
            desk {
                desk::desk_home,
                desk::desk_people,
                desk::desk_person,
                desk::desk_similar,
                desk::desk_register,
                desk::desk_correct,
                desk::desk_check_identity,
                desk::desk_invite,
                desk::desk_withdraw_invitation,
                desk::desk_withdraw_person,
                desk::desk_clinicians,
                desk::desk_enrol_clinician,
                desk::desk_reinvite_clinician,
                desk::desk_remove_clinician,
            }
        }
    };
}

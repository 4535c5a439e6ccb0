//! An issued invitation as it is shown, printed and read out.

use keyward_protocol::invitation::{Invitation, Purpose};
use keyward_relay_api::authority::people::IssuedInvitation;
use qrcode::{EcLevel, QrCode, render::svg};

use super::groups;
use crate::error::{AppError, ErrorCode};
use crate::views::common::{InvitationPurpose, InvitationView};

/// The view of an invitation that was just issued. It is shown once and stored nowhere.
pub(super) fn view(issued: IssuedInvitation) -> Result<InvitationView, AppError> {
    let misbehaves = || AppError::new(ErrorCode::AuthorityMisbehaves);
    let invitation = Invitation::from_text(&issued.text).map_err(|_| misbehaves())?;
    Ok(InvitationView {
        code: invitation.code.expose_text().to_string(),
        qr_svg: qr(&issued.text)?,
        text: issued.text,
        purpose: match invitation.purpose {
            Purpose::Patient => InvitationPurpose::Patient,
            Purpose::Clinician => InvitationPurpose::Clinician,
        },
        expires: invitation.expires,
        this_computer_only: invitation.this_computer_only,
        fingerprint: groups(&invitation.authority_fingerprint),
        clinic_name: invitation.clinic_name,
        person_name: issued.name,
        replaces_device: issued.replaces_device,
    })
}

/// Black on white with its quiet zone, whatever the theme: scanners need it so.
fn qr(text: &str) -> Result<String, AppError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|_| AppError::new(ErrorCode::Internal))?;
    Ok(code
        .render::<svg::Color<'_>>()
        .quiet_zone(true)
        .min_dimensions(256, 256)
        .dark_color(svg::Color("#000000"))
        .light_color(svg::Color("#ffffff"))
        .build())
}

//! Deleting everything: relay and clinic forget, each with a signed receipt, and then the profile may go.
//!
//! What is asked of them is signed and durable before it is sent, and so is every receipt. From then on
//! nothing else is exchanged, so a run that is killed anywhere is finished by the next one with the
//! same statements. Before that, a relay or clinic that does not answer changes nothing.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyward_protocol::certificate::AnonymousCertificate;
use keyward_protocol::ids::PersonaId;
use keyward_protocol::keys::{MasterSecret, SigningKey, VerifyingKey};
use keyward_protocol::statement::{Act, ForgetStatement, Kept, Receipt, Signed};
use serde::{Deserialize, Serialize};

use super::{clinic, forgetting};
use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::patient::sharing;
use crate::patient::sharing::book::Share;
use crate::patient::spaces::Space;
use crate::ports::progress::{Progress, Stage, Step};
use crate::ports::vault::{Collection, Transaction};
use crate::recovery::at_relay::{self, Lying};
use crate::recovery::renew;
use crate::session::Session;
use crate::store;
use crate::views::common::Role;
use crate::views::recovery::{Forgotten, LeavingReceipt};

/// The row of [`Leaving`] in [`Collection::Jobs`], which is in no backup.
const ROW: &str = "leaving";

/// What is done if relay or clinic cannot be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unasked {
    /// Nothing: everything stays as it is.
    Stay,
    /// What is on this computer may go all the same; the receipt says who was not asked.
    GoAnyway,
}

/// What is asked of relay and clinic, and what they answered.
#[derive(Default, Serialize, Deserialize)]
struct Leaving {
    personas: Vec<AskedPersona>,
    clinic: Option<Asked>,
    /// A desk whose clinic runs on this computer ends it.
    #[serde(default)]
    ends_clinic: bool,
}

#[derive(Clone, Serialize, Deserialize)]
struct AskedPersona {
    /// Her space, or what stands for a persona that backups lie under: where her key derives from.
    space: String,
    #[serde(with = "store::base64")]
    certificate: Vec<u8>,
    asked: Asked,
}

#[derive(Clone, Serialize, Deserialize)]
struct Asked {
    #[serde(with = "store::base64")]
    statement: Vec<u8>,
    #[serde(with = "store::base64_option")]
    receipt: Option<Vec<u8>>,
}

impl Leaving {
    fn load(tx: &(impl Transaction + ?Sized)) -> Result<Option<Self>, AppError> {
        Ok(store::load(tx, Collection::Jobs, ROW)?)
    }

    fn save(&self, session: &Session) -> Result<(), AppError> {
        let mut tx = session.begin()?;
        store::save(&mut *tx, Collection::Jobs, ROW, self)?;
        Ok(tx.commit()?)
    }
}

/// Notes that the clinic of this computer is ended from now on, or that it is not after all.
pub(super) fn note_clinic_ends(session: &Session, ends: bool) -> Result<(), AppError> {
    if ends {
        return Leaving { ends_clinic: true, ..Leaving::default() }.save(session);
    }
    let mut tx = session.begin()?;
    tx.delete(Collection::Jobs, ROW)?;
    Ok(tx.commit()?)
}

/// Whether it was begun: then nothing else is exchanged with relay and clinic any more.
///
/// # Errors
/// What the vault reports.
pub(crate) fn is_begun(tx: &(impl Transaction + ?Sized)) -> Result<bool, AppError> {
    Ok(tx.get(Collection::Jobs, ROW)?.is_some())
}

/// Has relay and clinic forget everything, and gives the receipt. The profile itself is untouched; once
/// the receipt is kept it may be deleted. Safe to repeat after any failure.
///
/// # Errors
/// [`ErrorCode::ClinicInUse`] for a desk whose clinic others use; with [`Unasked::Stay`] why relay or
/// clinic cannot be asked, and if that comes before the first of them was asked, nothing was changed;
/// what the vault reports.
pub fn forget_everywhere(
    session: &Session,
    unasked: Unasked,
    progress: &dyn Progress,
) -> Result<LeavingReceipt, AppError> {
    if session.profile().role == Role::Desk {
        let enrolment = Enrolment::load(&*session.read()?)?;
        progress.report(Step { stage: Stage::Erasing, ..Step::default() });
        let ended = clinic::end(session)?;
        progress.report(Step { stage: Stage::Finished, ..Step::default() });
        return Ok(receipt(session, enrolment.as_ref(), ended.clone(), ended, 0, 0));
    }
    let _turn = session.exchange_turn();
    let enrolment = Enrolment::load(&*session.read()?)?;
    let fetched = fetched(session, enrolment.is_some())?;
    let Some(enrolment) = enrolment else {
        return Ok(receipt(session, None, Forgotten::Nothing, Forgotten::Nothing, 0, fetched));
    };
    progress.report(Step { stage: Stage::Erasing, ..Step::default() });
    let run = Run { session, enrolment: &enrolment, unasked };
    let mut leaving = match run.begun() {
        Ok(leaving) => leaving,
        Err(error) => {
            let not_asked = Forgotten::NotAsked { problem: run.excused(error)? };
            return Ok(receipt(
                session,
                Some(&enrolment),
                not_asked.clone(),
                not_asked,
                0,
                fetched,
            ));
        }
    };
    let relay = run.relay(&mut leaving)?;
    let (clinic, kept) = run.clinic(&mut leaving)?;
    progress.report(Step { stage: Stage::Finished, ..Step::default() });
    Ok(receipt(session, Some(&enrolment), relay, clinic, kept, fetched))
}

struct Run<'a> {
    session: &'a Session,
    enrolment: &'a Enrolment,
    unasked: Unasked,
}

impl Run<'_> {
    /// An error that she has said not to wait for.
    fn excused(&self, error: AppError) -> Result<AppError, AppError> {
        let waits = matches!(error.code, ErrorCode::Locked) || self.unasked == Unasked::Stay;
        if waits { Err(error) } else { Ok(error) }
    }

    /// What was begun, or is begun now that relay and clinic answer.
    fn begun(&self) -> Result<Leaving, AppError> {
        let (session, enrolment) = (self.session, self.enrolment);
        if let Some(leaving) = Leaving::load(&*session.read()?)? {
            return Ok(leaving);
        }
        let spaces = Space::all(&*session.read()?)?;
        // After a restore: the lost persona is forgotten together with who continues her.
        renew::enrolment(session, enrolment)?;
        for (id, _) in &spaces {
            renew::persona(session, enrolment, id)?;
        }
        let key = self.clinic_key()?;
        self.both_answer(&spaces)?;
        let leaving = Leaving {
            personas: self.personas()?,
            clinic: Some(self.ask(&key, key.verifying_key().key_id())?),
            ends_clinic: false,
        };
        leaving.save(session)?;
        Ok(leaving)
    }

    /// The key by which the clinic knows her: her device's, or a doctor's own.
    fn clinic_key(&self) -> Result<Arc<SigningKey>, AppError> {
        let enrolment = self.enrolment;
        match enrolment.role {
            Role::Doctor if renew::needs_desk(&*self.session.read()?)? => {
                Err(ErrorCode::NotEnrolled.into())
            }
            Role::Doctor => {
                let keys = |master: &MasterSecret| enrolment.clinician_keys(master);
                Ok(self.session.with_master(keys)?.signing)
            }
            _ => {
                let key = |master: &MasterSecret| enrolment.enrolment_key(master);
                Ok(Arc::new(self.session.with_master(key)?))
            }
        }
    }

    /// Asked before anything is begun: half a farewell helps nobody.
    fn both_answer(&self, spaces: &[(String, Space)]) -> Result<(), AppError> {
        let network = self.session.network();
        network.authority(&self.enrolment.authority(), None)?.status()?;
        let signing = match spaces.first() {
            Some((_, space)) => self.session.with_master(|master| space.persona(master))?.signing,
            None => match at_relay::lying(&*self.session.read()?)?.into_iter().next() {
                Some(lying) => Arc::new(lying.signing),
                None => return Ok(()),
            },
        };
        network.relay(&self.enrolment.relay(), signing)?.status()?;
        Ok(())
    }

    fn personas(&self) -> Result<Vec<AskedPersona>, AppError> {
        let mut personas = Vec::new();
        let tx = self.session.read()?;
        let (spaces, shares) = (Space::all(&*tx)?, Share::all(&*tx)?);
        drop(tx);
        for (space, stored) in spaces {
            // Put away, and forgotten there long since.
            if stored.retired.as_ref().is_some_and(|retired| retired.done) {
                continue;
            }
            // Somebody to whom nothing was ever to be shared the relay never met, and need not meet now.
            if stored.presented.is_none() && shares.iter().all(|(_, share)| share.space != space) {
                continue;
            }
            // Perhaps not presented either: the relay answers for who it never met as well.
            // One of an earlier version's the relay reads no more.
            let shown =
                [stored.presented.clone(), stored.certificate.clone()].into_iter().flatten();
            let mut shown = shown.filter(|it| AnonymousCertificate::unverified(it).is_ok());
            let Some(certificate) = shown.next() else { continue };
            let signing = self.session.with_master(|master| stored.persona(master))?.signing;
            let subject = PersonaId::of(signing.verifying_key()).to_bytes();
            let asked = self.ask(&signing, subject)?;
            personas.push(AskedPersona { space, certificate, asked });
        }
        for Lying { id, certificate, signing } in at_relay::lying(&*self.session.read()?)? {
            let subject = PersonaId::of(signing.verifying_key()).to_bytes();
            let asked = self.ask(&signing, subject)?;
            personas.push(AskedPersona { space: id, certificate, asked });
        }
        Ok(personas)
    }

    fn ask(&self, key: &SigningKey, subject: [u8; 32]) -> Result<Asked, AppError> {
        let statement = ForgetStatement {
            service_id: self.enrolment.service_id,
            subject,
            asked_at: self.session.now(),
        };
        let signed = Signed::sign(key, statement).map_err(|_| ErrorCode::Internal)?;
        Ok(Asked { statement: signed.to_bytes(), receipt: None })
    }

    fn relay(&self, leaving: &mut Leaving) -> Result<Forgotten, AppError> {
        for number in 0..leaving.personas.len() {
            if leaving.personas[number].asked.receipt.is_some() {
                continue;
            }
            match self.forget(&leaving.personas[number]) {
                // Without a receipt it never met her: there is nothing to be forgotten.
                Ok(receipt) => leaving.personas[number].asked.receipt = receipt,
                Err(error) => {
                    return Ok(Forgotten::NotAsked { problem: self.excused(error)? });
                }
            }
            leaving.save(self.session)?;
        }
        forgotten(leaving.personas.iter().filter_map(|one| one.asked.receipt.as_ref()))
    }

    /// One persona's receipt, believed only under the pinned key and for what was asked.
    fn forget(&self, one: &AskedPersona) -> Result<Option<Vec<u8>>, AppError> {
        let (at, signing) = (self.enrolment.relay(), self.key(&one.space)?);
        let (shown, statement) = (&one.certificate, &one.asked.statement);
        let forgotten = forgetting::ask(self.session, &at, &signing, shown, statement)?;
        Ok(forgotten.map(|it| it.receipt))
    }

    /// The key of who is asked for.
    fn key(&self, id: &str) -> Result<Arc<SigningKey>, AppError> {
        let tx = self.session.read()?;
        if id.starts_with(at_relay::LYING) {
            let found = at_relay::lying(&*tx)?.into_iter().find(|lying| lying.id == id);
            return Ok(Arc::new(found.ok_or(ErrorCode::VaultCorrupt)?.signing));
        }
        let stored = Space::load(&*tx, id)?;
        Ok(self.session.with_master(|master| stored.persona(master))?.signing)
    }

    /// What the clinic says, and what it keeps.
    fn clinic(&self, leaving: &mut Leaving) -> Result<(Forgotten, u8), AppError> {
        let Some(asked) = leaving.clinic.clone() else { return Ok((Forgotten::Nothing, 0)) };
        let receipt = match asked.receipt {
            Some(receipt) => receipt,
            None => match self.leave(&asked.statement) {
                Ok(receipt) => {
                    let receipt_kept = Some(receipt.clone());
                    leaving.clinic = Some(Asked { receipt: receipt_kept, ..asked });
                    leaving.save(self.session)?;
                    receipt
                }
                Err(error) => {
                    return Ok((Forgotten::NotAsked { problem: self.excused(error)? }, 0));
                }
            },
        };
        let kept = read(&receipt)?.kept.bits();
        Ok((forgotten(std::iter::once(&receipt))?, kept))
    }

    fn leave(&self, statement: &[u8]) -> Result<Vec<u8>, AppError> {
        let at = self.enrolment.authority();
        let channel = self.session.network().authority_recovery(&at, self.clinic_key()?)?;
        let receipt = channel.leave(statement)?.receipt;
        let authority = self.enrolment.authority_key()?;
        self.check(&receipt, &authority, Act::EnrolmentEnded, statement)
            .ok_or(ErrorCode::AuthorityMisbehaves)?;
        Ok(receipt)
    }

    fn check(&self, receipt: &[u8], key: &VerifyingKey, act: Act, asked: &[u8]) -> Option<()> {
        let signed = Signed::from_bytes(receipt).ok()?;
        Receipt::verify(signed, key, self.enrolment.service_id, act, asked).ok().map(drop)
    }
}

/// A receipt that was checked when it came.
fn read(receipt: &[u8]) -> Result<Receipt, AppError> {
    let signed = Signed::<Receipt>::from_bytes(receipt).map_err(|_| ErrorCode::VaultCorrupt)?;
    Ok(signed.unverified().clone())
}

fn forgotten<'a>(receipts: impl Iterator<Item = &'a Vec<u8>>) -> Result<Forgotten, AppError> {
    let (mut erased_by, mut statements) = (0, Vec::new());
    for receipt in receipts {
        erased_by = read(receipt)?.erased_by.max(erased_by);
        statements.push(URL_SAFE_NO_PAD.encode(receipt));
    }
    if statements.is_empty() {
        return Ok(Forgotten::Nothing);
    }
    Ok(Forgotten::Signed { erased_by, statements })
}

/// Copies doctors have fetched, which nobody can call back.
fn fetched(session: &Session, enrolled: bool) -> Result<u64, AppError> {
    let shares = if enrolled && session.profile().role == Role::Patient {
        sharing::list(session)?
    } else {
        Vec::new()
    };
    Ok(shares.iter().map(|share| share.fetched).sum())
}

fn receipt(
    session: &Session,
    enrolment: Option<&Enrolment>,
    relay: Forgotten,
    clinic: Forgotten,
    kept: u8,
    fetched: u64,
) -> LeavingReceipt {
    let kinds = [
        (Kept::REGISTER_ENTRY, "register-entry"),
        (Kept::IDENTITY_CHECKS, "identity-check"),
        (Kept::HISTORY, "history"),
    ];
    let keeps = kinds.iter().filter(|(kind, _)| kept & kind.bits() != 0);
    LeavingReceipt {
        profile_name: session.profile().name.clone(),
        role: session.profile().role,
        at: session.now(),
        relay,
        clinic,
        clinic_name: enrolment.map(|enrolment| enrolment.clinic_name.clone()),
        clinic_keeps: keeps.map(|(_, code)| (*code).to_owned()).collect(),
        fetched,
    }
}

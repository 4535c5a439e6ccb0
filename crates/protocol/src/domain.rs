//! SPEC §1. Domain separation: one closed list of labels.
//!
//! Every hash, derivation and signature of the protocol names one of these. A label is ASCII,
//! begins with `keyward/v1/` and contains no zero byte, so `label ‖ 0x00` is prefix-free.

/// Seconds since 1970-01-01T00:00:00Z. Time is always an argument, never read here.
pub type UnixSeconds = u64;

macro_rules! labels {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// The purpose of a hash, derived key or signature.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Label { $($(#[$doc])* $name,)+ }

        impl Label {
            /// Every label, for the test that they are distinct.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The label's text, exactly as it enters hashes.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => concat!("keyward/v1/", $text),)+ }
            }
        }
    };
}

labels! {
    /// A persona's signing key, derived from the master secret.
    PersonaSigning = "key/persona-signing",
    /// A persona's encapsulation key.
    PersonaEncapsulation = "key/persona-encapsulation",
    /// A persona's recovery key (its secret belongs in the recovery kit only).
    PersonaRecovery = "key/persona-recovery",
    /// The key by which a patient's device is known to the front desk.
    EnrolmentSigning = "key/enrolment-signing",
    /// A clinician's signing key.
    ClinicianSigning = "key/clinician-signing",
    /// A clinician's grant key `b`, used for opening grants and nothing else.
    ClinicianGrant = "key/clinician-grant",
    /// A clinician's mailbox key, for sealed messages.
    ClinicianMailbox = "key/clinician-mailbox",
    /// A clinic authority's certifying key.
    AuthoritySigning = "key/authority-signing",
    /// A desk operator's request-signing key.
    OperatorSigning = "key/operator-signing",
    /// A relay's receipt key.
    RelaySigning = "key/relay-signing",
    /// Storage key of an embedded relay.
    RelayStorage = "key/relay-storage",
    /// Storage key of an embedded authority.
    AuthorityStorage = "key/authority-storage",
    /// The vault file's key.
    VaultKey = "key/vault",
    /// A fingerprinting key for duplicates inside one vault.
    VaultFingerprint = "key/vault-fingerprint",
    /// A kit's recovery scalar `rk`.
    KitRecovery = "kit/recovery",
    /// A kit's key that opens backups.
    KitEncapsulation = "kit/backup-encapsulation",
    /// A kit's key that signs backups.
    KitSigning = "kit/backup-signing",
    /// A kit's locator secret.
    KitLocator = "kit/locator",
    /// Name of the stream of a kit's backups.
    KitStream = "kit/stream",
    /// Signing key of the persona under which backups lie at a relay.
    KitPersonaSigning = "kit/persona-signing",
    /// Encapsulation key of that persona.
    KitPersonaEncapsulation = "kit/persona-encapsulation",
    /// Blinding of that persona's recovery key.
    KitPersonaRecovery = "kit/persona-recovery",
    /// Check value of a kit's text.
    KitCheck = "kit/check",
    /// Blinding `t` of a recovery key.
    RecoveryBlind = "kit/recovery-blind",
    /// Hedged content key of a pack of a backup.
    HedgeBackup = "hedge/backup",
    /// Signature over a manifest of a backup.
    BackupManifest = "sign/backup-manifest",
    /// HPKE `info` of a manifest.
    BackupManifestInfo = "backup/hpke-info",
    /// Signature of a clinician over the key her backups are kept under.
    BackupKey = "sign/backup-key",
    /// Digest of a stored row, by which a backup tells whether it changed.
    BackupRow = "backup/row",
    /// A delegating key `a` of one persona, compartment and key epoch.
    Delegating = "key/delegating",
    /// The ephemeral grant scalar `xA`.
    GrantEphemeral = "key/grant-ephemeral",

    /// Capsule key derivation.
    Capsule = "capsule/kdf",
    /// Hash of a content key inside a capsule tag.
    CapsuleCek = "capsule/cek",
    /// Hash-to-scalar of a grant entry.
    GrantEntry = "grant/entry",
    /// Header hash, which links a chain.
    HeaderHash = "chain/header-hash",
    /// Hash of a list of record ids in an access receipt.
    RecordList = "receipt/record-list",
    /// Hedged nonce `r` of a capsule.
    HedgeCapsule = "hedge/capsule",
    /// Hedged content key.
    HedgeContentKey = "hedge/content-key",
    /// Hedged record id.
    HedgeRecordId = "hedge/record-id",
    /// Hedged ephemeral key of a sealed message.
    HedgeMessage = "hedge/message",
    /// Hedged CPace scalar.
    HedgeCpace = "hedge/cpace",
    /// Hedged nonces of a proof of a linear relation.
    HedgeProof = "hedge/proof",
    /// Hedged randomness of issuing and presenting a credential.
    HedgeCredential = "hedge/credential",
    /// Hedged blinding of an escrow.
    HedgeEscrow = "hedge/escrow",
    /// Session of the joint proof of a certification.
    CertificationSession = "proof/certification",
    /// Session of the public proof of an escrow.
    EscrowSession = "proof/escrow",
    /// Session of the proof that a register entry is the request's.
    RegisterSession = "proof/register",
    /// Context under which a credential is requested.
    RequestContext = "credential/request-context",
    /// Context under which it is presented.
    PresentationContext = "credential/presentation-context",
    /// An issuer's key of one credential epoch, derived from the authority's key.
    IssuerKey = "key/issuer",
    /// A tracing key whose logarithm nobody knows.
    NobodyTraces = "credential/nobody-traces",
    /// Payload AAD.
    Payload = "payload/chunk",

    /// Signature over a clinician certificate (COSE external AAD).
    ClinicianCertificate = "sign/clinician-certificate",
    /// Signature over an anonymous persona certificate (COSE external AAD).
    AnonymousCertificate = "sign/anonymous-certificate",
    /// Signature over a request for an anonymous persona certificate.
    AnonymousRequest = "sign/anonymous-request",
    /// Signature over a credential epoch's object.
    CredentialEpoch = "sign/credential-epoch",
    /// Signature of an enrolment key over its entry of the register.
    RegisterEntry = "sign/register-entry",
    /// Signature over a persona certificate request.
    PersonaRequest = "sign/persona-request",
    /// Signature over a clinician certificate request.
    ClinicianRequest = "sign/clinician-request",
    /// Session of a proof of possession of a Diffie–Hellman key.
    Possession = "proof/possession",
    /// Signature over a grant.
    Grant = "sign/grant",
    /// Signature over a revocation.
    Revoke = "sign/revoke",
    /// Signature over the opening of a key epoch.
    Epoch = "sign/epoch",
    /// Signature of a recovery key over the replacement of a persona.
    PersonaReplacement = "sign/persona-replacement",
    /// Signature of a recovery key over the replacement of an enrolment key.
    EnrolmentReplacement = "sign/enrolment-replacement",
    /// Signature over a request to be forgotten.
    Forget = "sign/forget",
    /// Signature over a service's receipt for an act that cannot be undone.
    Receipt = "sign/receipt",
    /// Hash of the statement a receipt answers.
    ReceiptRequest = "receipt/request",
    /// Signature over a record header.
    RecordHeader = "sign/record-header",
    /// Signature over a head.
    Head = "sign/head",
    /// Signature over an access receipt.
    AccessReceipt = "sign/access-receipt",
    /// Signature over an authority's list of removed clinicians.
    RemovedClinicians = "sign/removed-clinicians",
    /// Signature over an authority's name attestation.
    NameAttestation = "sign/name-attestation",
    /// Signature inside a sealed message.
    Message = "sign/message",
    /// HPKE `info` of a sealed message.
    MessageInfo = "message/hpke-info",

    /// CPace channel identifier.
    EnrolmentChannel = "enrol/channel",
    /// The client's one request after CPace.
    EnrolmentRequest = "enrol/request",
    /// The authority's one answer after CPace.
    EnrolmentResponse = "enrol/response",
    /// Secret of an invitation code, as CPace password.
    InvitationSecret = "invitation/secret",
    /// Passphrase wrap of the master secret.
    PassphraseWrap = "passphrase/wrap",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_distinct_and_prefix_free_once_terminated() {
        let mut seen = std::collections::BTreeSet::new();
        for label in Label::ALL {
            let text = label.as_str();
            assert!(text.starts_with("keyward/v1/") && text.is_ascii() && !text.contains('\0'));
            assert!(text.len() < 200 && seen.insert(text), "{text}");
        }
    }
}

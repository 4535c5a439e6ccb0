//! Bounds both sides keep. The server enforces them; the client cuts its batches by them.

/// Records in one upload batch or one access answer.
pub const MAX_RECORDS: usize = 1_000;
/// Heads in one upload batch.
pub const MAX_HEADS: usize = 64;
/// Bytes of one sealed payload.
pub const MAX_PAYLOAD: usize = 32 * 1024 * 1024;
/// Bytes of one signed record header.
pub const MAX_HEADER: usize = 1024;
/// Bytes of one signed head.
pub const MAX_HEAD: usize = 256 * 1024;
/// Bytes of one upload batch.
pub const MAX_UPLOAD: usize = 40 * 1024 * 1024;
/// Payload bytes after which an answer takes no further record (it always takes one).
pub const ANSWER_PAYLOAD_BUDGET: usize = 16 * 1024 * 1024;
/// Bytes of one binary answer: the budget, one payload that crossed it, and the headers.
pub const MAX_BINARY_ANSWER: usize =
    ANSWER_PAYLOAD_BUDGET + MAX_PAYLOAD + MAX_RECORDS * (MAX_HEADER + 64) + MAX_HEAD + 4096;
/// Bytes of one JSON answer.
pub const MAX_JSON_ANSWER: usize = 8 * 1024 * 1024;
/// Bytes of one certificate.
pub const MAX_CERTIFICATE: usize = 8 * 1024;
/// Compartment-epochs in one grant.
pub const MAX_GRANT_ENTRIES: usize = 4_096;
/// Bytes of one signed grant.
pub const MAX_SIGNED_GRANT: usize = 160 * 1024;
/// Bytes of one sealed message to a mailbox.
pub const MAX_MESSAGE: usize = 512 * 1024;
/// Messages in one answer.
pub const MAX_MESSAGES: usize = 10;
/// Grants in one answer.
pub const MAX_GRANTS: usize = 500;
/// Most grants a client reads over all pages of a list.
pub const MAX_ALL_GRANTS: usize = 100_000;
/// Log entries in one answer.
pub const MAX_ACCESSES: usize = 1_000;
/// Devices a reader names in `after`.
pub const MAX_DEVICES: usize = 64;
/// Bytes of one JSON body that carries a grant: signed grant, message and keys in base64url.
pub const MAX_GRANT_BODY: usize = 2 * 1024 * 1024;
/// Bytes of any other JSON body.
pub const MAX_JSON_BODY: usize = 32 * 1024;
/// Compartments in one answer about where they stand: their heads are the bulk of it.
pub const MAX_COMPARTMENTS: usize = 16;
/// Most compartments a client reads over all pages of a list.
pub const MAX_ALL_COMPARTMENTS: usize = 100_000;
/// Bytes of one sealed backup pack.
pub const MAX_BACKUP_PACK: usize = MAX_UPLOAD;
/// Bytes of one sealed manifest of a backup.
pub const MAX_BACKUP_MANIFEST: usize = 1024 * 1024;
/// Packs one version of a backup needs at most.
pub const MAX_BACKUP_PACKS: usize = 8_192;
/// Bytes of a body that carries a manifest.
pub const MAX_BACKUP_BODY: usize = 2 * MAX_BACKUP_MANIFEST + MAX_BACKUP_PACKS * 68;

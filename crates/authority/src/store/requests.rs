//! Rows of `nonces`: the memory that makes a signed request valid once.

use rusqlite::params;

use super::{StoreError, Tx, people::stored_time};

impl Tx<'_> {
    /// Remembers a nonce until `expires`; `false` if it was there already (a replay).
    pub(crate) fn remember_nonce(
        &self,
        key_id: &[u8; 32],
        nonce: &[u8],
        expires: u64,
    ) -> Result<bool, StoreError> {
        self.sql
            .prepare_cached("DELETE FROM nonces WHERE expires < ?1")?
            .execute([stored_time(self.clock)])?;
        let added = self
            .sql
            .prepare_cached(
                "INSERT INTO nonces (key_id, nonce, expires) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO NOTHING",
            )?
            .execute(params![key_id, nonce, stored_time(expires)])?;
        Ok(added == 1)
    }
}

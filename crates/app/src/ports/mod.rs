//! What the use cases need from outside, as traits. The vault implements [`vault::Vault`]; the HTTP
//! adapters over relay-api implement [`relay::Relay`] and [`authority::Authority`]; the shell supplies
//! the clock, the randomness and the progress of long work.

pub mod authority;
pub mod clinic;
pub mod clock;
pub mod credential;
pub mod documents;
pub mod http;
pub mod index;
pub mod progress;
pub mod randomness;
pub mod recovery;
pub mod relay;
pub mod vault;

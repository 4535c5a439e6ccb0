//! The defences, each a switch.

/// When what happens by itself happens: news fetched, records sent on, certificates renewed, backups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    /// Whenever the app is open, for all spaces one after another.
    None,
    /// In each opening of the app at most one thing of at most one space, drawn by chance, at a
    /// time of its own within the opening. News of the spaces are asked for in one of so many
    /// openings.
    OneAtATime {
        /// In one of how many.
        news_in_one_of: u32,
    },
    /// As the app does if its patient chose it: see [`crate::apart`].
    Apart,
}

/// When personas are certified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ahead {
    /// When one is needed, each with a credential of its own as far as the clinic issues them.
    Never,
    /// With one credential got at the first opening of an epoch, the next one at most six hours of
    /// an open app after the one before (`crates/app/src/credential/pool.rs`).
    SixHours,
    /// With one credential got in an opening drawn by chance, each in an opening drawn by chance.
    Weeks,
}

/// All defences together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "switches")]
pub struct Settings {
    /// Random delay.
    pub delay: Delay,
    /// Batching: one credential for many personas, certified ahead.
    pub ahead: Ahead,
    /// Lengths are padded; if not, the adversary is told the lengths before padding.
    pub padding: bool,
    /// Every persona, and the identified channel, has connections of its own.
    pub own_connections: bool,
    /// A certificate is valid for its epoch and the next; if not, from the second its credential
    /// was issued in.
    pub coarse_windows: bool,
    /// Every persona has a recovery key of her own; if not, a patient has one for all: a defect like one that a
    /// product could have, planted to see whether the adversary finds it in the bytes.
    pub own_recovery: bool,
}

impl Settings {
    /// What the app does as it stands: the constants of `src-tauri/src/background.rs` and
    /// `crates/app/src/credential/pool.rs`. **Change this with them.**
    #[must_use]
    pub const fn shipped() -> Self {
        Self { delay: Delay::None, ahead: Ahead::SixHours, ..Self::slow() }
    }

    /// What the app does if its patient chose that things travel apart (SPEC §31).
    #[must_use]
    pub const fn apart() -> Self {
        Self { delay: Delay::Apart, ..Self::slow() }
    }

    /// A slow rhythm, and every other defence on: a model near to what the app does if its patient chose it (SPEC §31).
    #[must_use]
    pub const fn slow() -> Self {
        Self {
            delay: Delay::OneAtATime { news_in_one_of: 6 },
            ahead: Ahead::Weeks,
            padding: true,
            own_connections: true,
            coarse_windows: true,
            own_recovery: true,
        }
    }
}

//! Medical records: wire to model to view, sanitising, limits.

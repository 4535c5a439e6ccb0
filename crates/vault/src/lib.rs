//! Encrypted local store, operating-system keyring, migrations.

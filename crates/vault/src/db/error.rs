//! From SQLite's error codes to the typed errors of the vault port. Only codes are passed on:
//! SQLite's messages may quote what was being stored.

use keyward_app::ports::vault::VaultError;
use rusqlite::ErrorCode;

pub(crate) fn vault_error(error: &rusqlite::Error) -> VaultError {
    use rusqlite::Error as Sql;
    match error {
        Sql::SqliteFailure(failure, _) => from_code(failure.code, failure.extended_code),
        Sql::SqlInputError { error, .. } => from_code(error.code, error.extended_code),
        // A stored value of the wrong type or length: not what the schema lets in.
        Sql::FromSqlConversionFailure(..)
        | Sql::IntegralValueOutOfRange(..)
        | Sql::InvalidColumnType(..)
        | Sql::Utf8Error(..) => VaultError::Corrupt("unexpected value in a column".to_owned()),
        _ => VaultError::Io("the statement failed".to_owned()),
    }
}

fn from_code(code: ErrorCode, extended: i32) -> VaultError {
    match code {
        ErrorCode::DiskFull => VaultError::Full,
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            VaultError::Corrupt(format!("sqlite {extended}"))
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => VaultError::Busy,
        ErrorCode::OperationInterrupted => VaultError::Locked,
        _ => VaultError::Io(format!("sqlite {extended}")),
    }
}

//! A file that is not understood: what stands for it among the records. The file itself is kept beside them.

use sha2::{Digest, Sha256};

use super::reference::{object, plain, text};
use crate::json::Json;
use crate::limits::Limits;
use crate::parsed::Resource;

/// `meta.source` of what stands for a kept file.
const SOURCE: &str = "urn:keyward:kept-file";

/// No such record has more bytes: the name in it, twice, is cut.
const MOST: usize = 4 << 10;

/// What stands for a file that is only kept: its name, its size and what tells it apart from others.
pub fn kept_file(name: &str, bytes: u64, sha256: &str) -> Resource {
    let name = plain(name.rsplit(['/', '\\']).next().unwrap_or_default());
    let identifier = object([("system", text("urn:keyward:sha256")), ("value", text(sha256))]);
    // Without `contentType`: nobody looked what it is.
    let attachment =
        object([("size", Json::Number(bytes.to_string().into())), ("title", text(&name))]);
    let json = object([
        ("resourceType", text("DocumentReference")),
        ("meta", object([("source", text(SOURCE))])),
        ("identifier", Json::Array(vec![identifier])),
        ("status", text("current")),
        ("description", text(&name)),
        ("content", Json::Array(vec![object([("attachment", attachment)])])),
    ]);
    let hash = Sha256::new().chain_update(b"keyward/kept-file/1\n").chain_update(sha256);
    Resource { fingerprint: hash.finalize().into(), ..Resource::made(0, &json) }
}

/// Whether a record only stands for a file that is kept.
pub fn is_kept_file(body: &[u8]) -> bool {
    body.len() <= MOST && Json::read(body, &Limits::default()).is_ok_and(|json| stands_in(&json))
}

/// As [`is_kept_file`], of what was read already.
pub(crate) fn stands_in(resource: &Json) -> bool {
    resource.at(&["meta", "source"]).and_then(Json::as_str) == Some(SOURCE)
}

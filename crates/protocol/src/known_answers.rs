//! Published known answers through the code paths this crate uses: Wycheproof for ECDH, ECDSA,
//! AES-GCM, HKDF and HMAC; RFC 9497 for hash-to-scalar; RFC 9180 for the HPKE dependency. CPace's
//! are in `cpace::group`.

use wycheproof::TestResult;

use crate::aead::{Aes256Gcm, TAG};
use crate::curve::{AwsLc, Backend, Point, RustCrypto, Scalar, hash_to_scalar_with};
use crate::hash;
use crate::keys::{Signature, VerifyingKey};

/// A scalar as Wycheproof writes it: any length, leading zeros.
fn scalar(bytes: &[u8]) -> Scalar {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap();
    let digits = &bytes[start..];
    let mut fixed = [0; 32];
    fixed[32 - digits.len()..].copy_from_slice(digits);
    Scalar::from_bytes(&fixed).unwrap()
}

/// `04 ‖ x ‖ y` to its compressed form, without looking whether it is on the curve.
fn compressed(bytes: &[u8]) -> Vec<u8> {
    if bytes.len() == 65 && bytes[0] == 4 {
        [&[2 | (bytes[64] & 1)], &bytes[1..33]].concat()
    } else {
        bytes.to_vec()
    }
}

#[test]
fn wycheproof_ecdh() {
    use wycheproof::ecdh::{TestName, TestSet};
    let set = TestSet::load(TestName::EcdhSecp256r1Ecpoint).unwrap();
    let (mut agreed, mut refused) = (0, 0);
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        // This protocol knows compressed points only; nothing else decodes.
        if test.public_key.len() != 33 {
            assert!(Point::from_bytes(&test.public_key).is_err(), "#{}", test.tc_id);
        }
        let invalid = test.result == TestResult::Invalid;
        if invalid && test.public_key.len() == 65 {
            // What an uncompressed encoding got wrong (y off the curve) does not survive.
            refused += 1;
            continue;
        }
        match Point::from_bytes(&compressed(&test.public_key)) {
            Ok(point) => {
                let secret = scalar(&test.private_key);
                for x in [
                    AwsLc::import(&secret).unwrap().agree(point.unchecked()).unwrap(),
                    RustCrypto::import(&secret).unwrap().agree(point.unchecked()).unwrap(),
                ] {
                    assert_eq!(x.expose_secret()[..], test.shared_secret[..], "#{}", test.tc_id);
                }
                assert!(!invalid, "#{}", test.tc_id);
                agreed += 1;
            }
            Err(_) => {
                assert_ne!(test.result, TestResult::Valid, "#{}", test.tc_id);
                refused += 1;
            }
        }
    }
    // One of the refused is "acceptable": an encoding of 33 bytes or an odd one may not be taken.
    assert_eq!(agreed + refused, 355);
    assert!(agreed >= 330, "{agreed} agreed, {refused} refused");
}

#[test]
fn wycheproof_ecdsa() {
    use wycheproof::ecdsa::{TestName, TestSet};
    let set = TestSet::load(TestName::EcdsaSecp256r1Sha256P1363).unwrap();
    let mut count = 0;
    for group in &set.test_groups {
        let key = VerifyingKey::from_bytes(&compressed(&group.key.key)).unwrap();
        for test in &group.tests {
            let verdict = <[u8; 64]>::try_from(&test.sig[..]).is_ok_and(|bytes| {
                key.verify_foreign(&test.msg, &Signature::from_bytes(bytes)).is_ok()
            });
            assert_eq!(
                verdict,
                test.result == TestResult::Valid,
                "#{} {}",
                test.tc_id,
                test.comment
            );
            count += 1;
        }
    }
    assert_eq!(count, 262);
}

#[test]
fn wycheproof_aes_gcm() {
    use wycheproof::aead::{TestName, TestSet};
    let set = TestSet::load(TestName::AesGcm).unwrap();
    let mut count = 0;
    for group in &set.test_groups {
        if (group.key_size, group.nonce_size, group.tag_size) != (256, 96, 128) {
            continue;
        }
        for test in &group.tests {
            let key: [u8; 32] = test.key[..].try_into().unwrap();
            let nonce: [u8; 12] = test.nonce[..].try_into().unwrap();
            let cipher = Aes256Gcm::new(&key).unwrap();
            let sealed = [&test.ct[..], &test.tag[..]].concat();
            let mut plain = vec![0; test.ct.len()];
            let opened = cipher.open(nonce, &test.aad, &sealed, &mut plain).is_ok();
            assert_eq!(opened, test.result == TestResult::Valid, "#{}", test.tc_id);
            if opened {
                assert_eq!(plain[..], test.pt[..]);
                let mut again = vec![0; test.pt.len() + TAG];
                cipher.seal(nonce, &test.aad, &test.pt, &mut again).unwrap();
                assert_eq!(again, sealed, "#{}", test.tc_id);
            } else {
                assert!(plain.iter().all(|byte| *byte == 0), "nothing is left behind");
            }
            count += 1;
        }
    }
    assert_eq!(count, 66);
}

#[test]
fn wycheproof_hkdf_and_hmac() {
    use wycheproof::hkdf::{TestName, TestSet};
    let set = TestSet::load(TestName::HkdfSha256).unwrap();
    let (mut count, mut ours) = (0, 0);
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let mut okm = vec![0; test.size];
        // This crate uses no salt; for the tests with one, the library it stands on.
        let done = if test.salt.is_empty() {
            ours += 1;
            let (front, back) = test.info.split_at(test.info.len() / 2);
            hash::expand(&test.ikm, &[front, back], &mut okm)
        } else {
            hkdf::Hkdf::<sha2::Sha256>::new(Some(&test.salt[..]), &test.ikm)
                .expand(&test.info, &mut okm)
        };
        assert_eq!(done.is_ok(), test.result == TestResult::Valid, "#{}", test.tc_id);
        if done.is_ok() {
            assert_eq!(okm[..], test.okm[..], "#{}", test.tc_id);
        }
        count += 1;
    }
    assert_eq!((count, ours), (86, 23));
    let set = wycheproof::mac::TestSet::load(wycheproof::mac::TestName::HmacSha256).unwrap();
    for group in set.test_groups.iter().filter(|group| group.key_size == 256) {
        for test in &group.tests {
            let key: [u8; 32] = test.key[..].try_into().unwrap();
            let tag = hash::mac(&key, &[&test.msg]);
            let same = tag[..test.tag.len()] == test.tag[..];
            assert_eq!(same, test.result == TestResult::Valid, "#{}", test.tc_id);
            count += 1;
        }
    }
    assert_eq!(count, 86 + 162);
}

/// RFC 9497 appendix A.3.1, `DeriveKeyPair` of OPRF(P-256, SHA-256): the same hash-to-scalar.
#[test]
fn rfc_9497_hash_to_scalar() {
    let info = b"test key";
    let scalar = hash_to_scalar_with(
        b"DeriveKeyPairOPRFV1-\x00-P256-SHA256",
        &[&[0xa3; 32], &[0, 8], info, &[0]],
    );
    assert_eq!(
        hex::encode(*scalar.expose_secret()),
        "159749d750713afe245d2d39ccfaae8381c53ce92d098a9375ee70739c7ac0bf"
    );
}

/// RFC 9180 appendix A.3.1 (DHKEM(P-256), HKDF-SHA256, base mode): KEM and key schedule are the
/// ones used here; the RFC has this suite with AES-128-GCM.
#[test]
fn rfc_9180_base_mode() {
    use hpke::{
        Deserializable, Kem, OpModeR, aead::AesGcm128, kdf::HkdfSha256, kem::DhP256HkdfSha256,
    };
    let bytes = |text: &str| hex::decode(text).unwrap();
    let secret = <DhP256HkdfSha256 as Kem>::PrivateKey::from_bytes(&bytes(
        "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2",
    ));
    let encapped = <DhP256HkdfSha256 as Kem>::EncappedKey::from_bytes(&bytes(
        "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac9\
         8536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4",
    ));
    let mut context = hpke::setup_receiver::<AesGcm128, HkdfSha256, DhP256HkdfSha256>(
        &OpModeR::Base,
        &secret.unwrap(),
        &encapped.unwrap(),
        b"Ode on a Grecian Urn",
    )
    .unwrap();
    let sealed = bytes(
        "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434",
    );
    assert_eq!(context.open(&sealed, b"Count-0").unwrap(), b"Beauty is truth, truth beauty");
}

//! The signature on a manifest: made and checked in the format of minisign, so that its own tools can do either.
//!
//! <https://jedisct1.github.io/minisign/>

use super::folder::hash_file;
use super::manifest::changed_outputs;
use crate::error::Error;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minisign::{KeyPair, PublicKey, SecretKey, SecretKeyBox};
use std::fmt::{self, Write as _};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// The file in the case folder that holds the signature.
pub(super) const SIGNATURE: &str = "manifest.json.minisig";

/// What a signature says of itself; [`check`] alone says whether it is to be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Id of the key, 16 hex digits.
    pub key: String,
    /// The comment that the signature covers.
    pub comment: String,
}

/// Why a signature proves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The case has none.
    Missing,
    /// It is no signature in the format of minisign.
    Damaged(String),
    /// It names another key than the one given; both by their id.
    OtherKey {
        /// The one it was made with.
        signed: String,
        /// The one it was to be checked with.
        given: String,
    },
    /// It is not the signature of this key on this manifest and this comment.
    Wrong,
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(out, "{SIGNATURE}: missing; the case is not signed"),
            Self::Damaged(reason) => write!(out, "{SIGNATURE}: not a signature: {reason}"),
            Self::OtherKey { signed, given } => {
                write!(out, "{SIGNATURE}: made with the key {signed}, not with the one given, {given}")
            }
            Self::Wrong => write!(
                out,
                "{SIGNATURE}: does not fit: manifest.json or the signature was changed, or another key has the same id"
            ),
        }
    }
}

/// What a signature is made with.
#[derive(Debug, Default)]
pub struct Signing {
    /// The file of the secret key.
    pub key: PathBuf,
    /// Its password, where it has one.
    pub password: Option<String>,
    /// What the signer adds, on one line.
    pub comment: Option<String>,
    /// When it is signed, if that is to be told.
    pub time: Option<SystemTime>,
}

/// Signs the manifest of a case whose outputs are what it states. The trusted comment holds the manifest's SHA-256 and
/// the version of this program, then time and comment if they are given.
///
/// # Errors
/// [`Error::Case`] when the case is signed already or is not what its manifest states, [`Error::Path`] when the key
/// cannot be used or the comment is not one line, [`Error::Write`].
pub fn sign(case_dir: &Path, signing: &Signing) -> Result<Signed, Error> {
    let manifest = case_dir.join("manifest.json");
    let place = case_dir.join(SIGNATURE);
    let refuse = |path: &Path, reason: &str| Error::Case { path: path.to_owned(), reason: reason.to_owned() };
    if place.symlink_metadata().is_ok() {
        return Err(refuse(&place, "the case is signed already; move the signature away to sign it anew"));
    }
    if let Some(changed) = changed_outputs(case_dir)?.first() {
        let reason = format!("{} is not what the manifest states, so it is not signed", changed.path);
        return Err(refuse(case_dir, &reason));
    }
    let said = signing.comment.as_deref().unwrap_or_default();
    if said.chars().any(char::is_control) {
        let reason = "holds a line end or another control character; expected one line of text".to_owned();
        return Err(Error::Path { path: "--comment".into(), reason });
    }
    let sha256 = hash_file(&manifest).map_err(|error| refuse(&manifest, &format!("cannot be read: {error}")))?;
    let mut comment = format!("manifest.json {DIGEST}{sha256} speur:{}", env!("CARGO_PKG_VERSION"));
    if let Some(time) = signing.time.and_then(|time| time.duration_since(UNIX_EPOCH).ok()) {
        let _ = write!(comment, " timestamp:{}", time.as_secs());
    }
    if !said.is_empty() {
        let _ = write!(comment, " comment: {said}");
    }
    let secret = unlocked(&signing.key, signing.password.clone())?;
    let bytes = std::fs::read(&manifest).map_err(|error| refuse(&manifest, &format!("cannot be read: {error}")))?;
    // With the public part, a damaged key that has no checksum does not pass.
    let about = Some("manifest of a speur case");
    let signature = PublicKey::from_secret_key(&secret)
        .and_then(|public| minisign::sign(Some(&public), &secret, bytes.as_slice(), Some(&comment), about))
        .map_err(|error| unusable(&signing.key, &error))?;
    create(&place, &signature.into_string(), false)?;
    Ok(Signed { key: id(secret.keynum()), comment })
}

/// How the digest of the manifest stands in the trusted comment.
const DIGEST: &str = "sha256:";

impl Signed {
    /// The SHA-256 of the manifest that was signed, as the comment states it.
    pub(super) fn sha256(&self) -> Option<&str> {
        self.comment.split(' ').find_map(|part| part.strip_prefix(DIGEST))
    }
}

/// What the signature of a case says of itself, unchecked; `None` without one that can be read.
pub fn signed(case_dir: &Path) -> Option<Signed> {
    let text = std::fs::read_to_string(case_dir.join(SIGNATURE)).ok()?;
    let signature = minisign_verify::Signature::decode(&text).ok()?;
    let key = key_id(text.lines().nth(1)?)?;
    Some(Signed { key, comment: signature.trusted_comment().to_owned() })
}

/// Checks the signature of a case with a public key: the text of one, or the file that holds it.
///
/// # Errors
/// [`Error::Path`] when `key` is no public key, [`Error::Case`] when there is no manifest.
pub fn check(case_dir: &Path, key: &str) -> Result<Result<Signed, Refused>, Error> {
    let (public, given) = public_key(key)?;
    let manifest = case_dir.join("manifest.json");
    let bytes = std::fs::read(&manifest)
        .map_err(|error| Error::Case { path: manifest.clone(), reason: format!("cannot be read: {error}") })?;
    let place = case_dir.join(SIGNATURE);
    if place.symlink_metadata().is_err() {
        return Ok(Err(Refused::Missing));
    }
    let damaged = |error: &dyn fmt::Display| Ok(Err(Refused::Damaged(error.to_string())));
    let text = match std::fs::read_to_string(&place) {
        Ok(text) => text,
        Err(error) => return damaged(&error),
    };
    let signature = match minisign_verify::Signature::decode(&text) {
        Ok(signature) => signature,
        Err(error) => return damaged(&error),
    };
    let signed = text.lines().nth(1).and_then(key_id).unwrap_or_default();
    Ok(match public.verify(&bytes, &signature, false) {
        Ok(()) => Ok(Signed { key: signed, comment: signature.trusted_comment().to_owned() }),
        Err(minisign_verify::Error::UnexpectedKeyId) => Err(Refused::OtherKey { signed, given }),
        Err(minisign_verify::Error::InvalidSignature) => Err(Refused::Wrong),
        Err(error) => Err(Refused::Damaged(error.to_string())),
    })
}

/// Makes a key pair: the secret key at `secret`, for its owner's eyes only, and the public key beside it, named with
/// `.pub` behind. Gives the place of the public key, and its text.
///
/// # Errors
/// [`Error::Path`] when either file exists, [`Error::Write`].
pub fn generate(secret: &Path, password: Option<String>) -> Result<(PathBuf, String), Error> {
    let mut public = secret.as_os_str().to_owned();
    public.push(".pub");
    let public = PathBuf::from(public);
    for path in [secret, &public] {
        if path.symlink_metadata().is_ok() {
            let reason = "exists already; a key is never written over, so give another name".to_owned();
            return Err(Error::Path { path: path.to_owned(), reason });
        }
    }
    let refuse = |error: minisign::PError| unusable(secret, &error);
    let encrypted = password.is_some();
    let pair = match password {
        Some(password) => KeyPair::generate_encrypted_keypair(Some(password)),
        None => KeyPair::generate_unencrypted_keypair(),
    };
    let pair = pair.map_err(refuse)?;
    let what = if encrypted { "speur secret key, with a password" } else { "speur secret key, without a password" };
    create(secret, &pair.sk.to_box(Some(what)).map_err(refuse)?.into_string(), true)?;
    create(&public, &pair.pk.to_box().map_err(refuse)?.into_string(), false)?;
    Ok((public, pair.pk.to_base64()))
}

/// Whether a secret key asks for a password.
///
/// # Errors
/// [`Error::Path`] when the file holds no secret key.
pub fn is_locked(key: &Path) -> Result<bool, Error> {
    Ok(secret_box(key)?.1.is_encrypted())
}

fn unlocked(key: &Path, password: Option<String>) -> Result<SecretKey, Error> {
    let (held, locked) = secret_box(key)?;
    let opened = match (locked.is_encrypted(), password) {
        // minisign leaves the checksum of a key without a password empty.
        (false, _) if has_no_checksum(&locked) => Ok(locked),
        (false, _) => held.into_unencrypted_secret_key(),
        (true, Some(password)) => held.into_secret_key(Some(password)),
        (true, None) => {
            return Err(Error::Path { path: key.to_owned(), reason: "asks for a password; none was given".to_owned() });
        }
    };
    opened.map_err(|error| unusable(key, &error))
}

/// Whether the last 32 bytes of a key, which vouch for the others, are zero.
fn has_no_checksum(key: &SecretKey) -> bool {
    key.to_bytes().iter().rev().take(32).all(|byte| *byte == 0)
}

/// A secret key as its file holds it, and its parts, which a password may hide.
fn secret_box(key: &Path) -> Result<(SecretKeyBox, SecretKey), Error> {
    let refuse = |reason: &str| Error::Path { path: key.to_owned(), reason: reason.to_owned() };
    let text = std::fs::read_to_string(key).map_err(|error| refuse(&format!("cannot be read: {error}")))?;
    let bytes = text.lines().nth(1).and_then(|line| STANDARD.decode(line.trim()).ok());
    let parts = bytes.and_then(|bytes| SecretKey::from_bytes(&bytes).ok());
    let parts = parts.ok_or_else(|| refuse("holds no secret key; expected one that speur keygen or minisign made"))?;
    Ok((SecretKeyBox::from(text), parts))
}

/// A public key and its id.
fn public_key(key: &str) -> Result<(minisign_verify::PublicKey, String), Error> {
    let text = std::fs::read_to_string(key).unwrap_or_else(|_| key.to_owned());
    let line = text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    let read = minisign_verify::PublicKey::from_base64(line).ok().zip(key_id(line));
    read.ok_or_else(|| Error::Path {
        path: key.into(),
        reason: "is no public key; expected the file of one (.pub), or its second line itself".to_owned(),
    })
}

/// The id of the key in a signature or public key: bytes 2 to 10, least significant first, printed as minisign does.
fn key_id(line: &str) -> Option<String> {
    STANDARD.decode(line.trim()).ok()?.get(2..10).map(id)
}

fn id(bytes: &[u8]) -> String {
    bytes.iter().rev().fold(String::new(), |text, byte| format!("{text}{byte:02X}"))
}

fn unusable(path: &Path, error: &minisign::PError) -> Error {
    Error::Path { path: path.to_owned(), reason: format!("cannot be used: {error}") }
}

/// Writes a file that must not be there yet; a secret one is its owner's alone.
fn create(path: &Path, text: &str, secret: bool) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if secret {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let write = || options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    write().map_err(Error::write(path))
}

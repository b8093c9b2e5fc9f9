//! The keys that patients, users and encounters are hashed with.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use uuid::Uuid;

use super::address::Address;
use super::error::SettingsError;

/// 32 bytes are so many characters of base64, padding not counted.
const CHARACTERS: usize = 43;

/// The keys, the newest first. New rows are written with the first; rows of any of them are found.
#[derive(Debug)]
pub(super) struct Keys(Vec<SecretString>);

/// One id under every key, the newest first: 32 hexadecimal digits each, from which nobody without the key can tell the id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pseudonyms(Vec<String>);

impl Pseudonyms {
    /// What is written down.
    pub(super) fn newest(&self) -> &str {
        &self.0[0]
    }

    /// What is looked for.
    pub(super) fn all(&self) -> &[String] {
        &self.0
    }
}

impl Keys {
    /// The keys of the settings. Without a file, SQLite gets one beside its own, made on the first start.
    pub(super) fn of(key_file: Option<&Path>, address: &Address) -> Result<Keys, SettingsError> {
        match place(key_file, address)? {
            KeyPlace::Nowhere => Ok(Keys(vec![new_key()])),
            KeyPlace::Named(file) => Keys::read(file),
            KeyPlace::Beside(file) => {
                make(&file).map_err(|source| unreadable(&file, source))?;
                Keys::read(file)
            }
        }
    }

    /// Whether there would be keys, without making any.
    pub(super) fn check(key_file: Option<&Path>, address: &Address) -> Result<(), SettingsError> {
        match place(key_file, address)? {
            KeyPlace::Nowhere => Ok(()),
            KeyPlace::Beside(file) if !file.exists() => {
                let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
                std::fs::read_dir(folder).map(drop).map_err(|source| unreadable(&file, source))
            }
            KeyPlace::Named(file) | KeyPlace::Beside(file) => Keys::read(file).map(drop),
        }
    }

    fn read(file: PathBuf) -> Result<Keys, SettingsError> {
        let content = SecretString::from(std::fs::read_to_string(&file).map_err(|source| unreadable(&file, source))?);
        let lines = content.expose_secret().lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let keys: Vec<SecretString> = lines
            .map(|(index, line)| key(line.trim()).ok_or(SettingsError::Key { file: file.clone(), line: index + 1 }))
            .collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(SettingsError::Key { file, line: 1 }) } else { Ok(Keys(keys)) }
    }

    /// An id that consists of these parts.
    pub(super) fn pseudonyms(&self, parts: &[&str]) -> Pseudonyms {
        Pseudonyms(self.0.iter().map(|key| pseudonym(key, parts)).collect())
    }
}

/// Where the keys are.
enum KeyPlace {
    /// In memory alone.
    Nowhere,
    /// In the file that the settings name.
    Named(PathBuf),
    /// In the file beside that of the store.
    Beside(PathBuf),
}

fn place(key_file: Option<&Path>, address: &Address) -> Result<KeyPlace, SettingsError> {
    match (key_file, address) {
        (Some(file), _) => Ok(KeyPlace::Named(file.to_owned())),
        (None, Address::Memory) => Ok(KeyPlace::Nowhere),
        (None, Address::Postgres(_)) => Err(SettingsError::NoKey),
        (None, Address::File(store)) => {
            let mut name = store.as_os_str().to_owned();
            name.push(".key");
            Ok(KeyPlace::Beside(name.into()))
        }
    }
}

fn unreadable(file: &Path, source: std::io::Error) -> SettingsError {
    SettingsError::Unreadable { setting: "store.key_file", file: file.to_owned(), source }
}

fn pseudonym(key: &SecretString, parts: &[&str]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose_secret().as_bytes()).expect("HMAC takes a key of any length");
    for part in parts {
        // With their lengths, so that "ab" + "c" is not "a" + "bc".
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    hex(&mac.finalize().into_bytes()[..16])
}

/// Bytes in hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The text itself is the key: it is as hard to guess as the bytes it stands for.
fn key(line: &str) -> Option<SecretString> {
    let digits = line.trim_end_matches('=');
    let base64 = digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_'));
    (base64 && digits.len() >= CHARACTERS).then(|| SecretString::from(line.to_owned()))
}

/// 244 random bits; hexadecimal digits are base64 too.
fn new_key() -> SecretString {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple()).into()
}

/// Makes the file with a new key, for its owner alone, unless it is there. It is whole and on disk before anything is hashed with it.
fn make(file: &Path) -> std::io::Result<()> {
    if file.exists() {
        return Ok(());
    }
    let mut unfinished = file.as_os_str().to_owned();
    unfinished.push(format!(".{}", Uuid::new_v4().simple()));
    let unfinished = PathBuf::from(unfinished);
    let mut written = for_its_owner(&unfinished)?;
    writeln!(written, "{}", new_key().expose_secret())?;
    written.sync_all()?;
    // A link, unlike a renaming, fails where another process was faster; its key holds then.
    let linked = std::fs::hard_link(&unfinished, file);
    std::fs::remove_file(&unfinished)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => file.parent().filter(|folder| !folder.as_os_str().is_empty()).map_or(Ok(()), |folder| File::open(folder)?.sync_all()),
    }
}

/// A new file that nobody but its owner may read.
pub(super) fn for_its_owner(file: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

#[cfg(test)]
mod tests {
    use super::super::sample::Folder;
    use super::*;

    const OLD: &str = "b2xkIGtleSBvbGQga2V5IG9sZCBrZXkgb2xkIGtleSE=";
    const NEW: &str = "bmV3IGtleSBuZXcga2V5IG5ldyBrZXkgbmV3IGtleSE=";

    fn keys(content: &str) -> Result<Keys, SettingsError> {
        let folder = Folder::new();
        let file = folder.path().join("keys");
        std::fs::write(&file, content).expect("written");
        Keys::of(Some(&file), &Address::Memory)
    }

    #[test]
    fn rows_are_written_with_the_newest_key_and_found_with_every() {
        let old = keys(OLD).expect("keys").pseudonyms(&["patient", "p"]);
        let both = keys(&format!("{NEW}\n\n{OLD}\n")).expect("keys").pseudonyms(&["patient", "p"]);
        assert_eq!(both.all().len(), 2);
        assert_ne!(both.newest(), old.newest());
        assert_eq!(both.all()[1], old.newest());
    }

    #[test]
    fn parts_are_kept_apart_and_kinds_too() {
        let keys = keys(OLD).expect("keys");
        let seen: std::collections::BTreeSet<String> =
            [["ab", "c"], ["a", "bc"], ["", "abc"], ["c", "ab"]].iter().map(|parts| keys.pseudonyms(parts).newest().to_owned()).collect();
        assert_eq!(seen.len(), 4);
        assert!(seen.iter().all(|pseudonym| pseudonym.len() == 32));
    }

    #[test]
    fn a_short_key_is_refused_by_its_line_and_never_quoted() {
        for (content, line) in [("", 1), ("\n", 1), ("secret", 1), (&*format!("{OLD}\nsecret\n"), 2), (&*format!("{OLD} secret"), 1)] {
            let refusal = keys(content).expect_err("refused").to_string();
            assert!(refusal.contains(&format!(":{line}: ")) && !refusal.contains("secret"), "{refusal}");
        }
        let exact = &OLD[..CHARACTERS];
        assert!(keys(exact).is_ok() && keys(&exact[1..]).is_err());
    }

    #[test]
    fn postgresql_without_keys_is_refused() {
        let server = Address::parse("postgres://h/d").expect("an address");
        assert!(matches!(Keys::of(None, &server), Err(SettingsError::NoKey)));
    }

    #[test]
    fn a_key_is_made_beside_a_file_once_and_for_its_owner() {
        let folder = Folder::new();
        let address = Address::File(folder.path().join("a.db"));
        let first = Keys::of(None, &address).expect("keys").pseudonyms(&["p"]);
        assert_eq!(Keys::of(None, &address).expect("keys").pseudonyms(&["p"]), first);
        let entries: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
        assert_eq!(entries, [folder.path().join("a.db.key")]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(entries[0].metadata().expect("there").permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn keys_are_not_shown_by_debug() {
        assert!(!format!("{:?}", keys(OLD).expect("keys")).contains(OLD));
    }
}

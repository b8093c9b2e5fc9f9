//! Resources that stand alone, as in a Bulk Data export, which is split by type and not by patient: brought together by patient again.
//!
//! They are put aside in files that have no name and are gone with the process, each patient's in one of [`PARTS`]; a part is then
//! read as a whole. So the memory holds one part, and an index of Medications, to which records of many patients may refer.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Into how many parts an export is split.
const PARTS: u64 = 128;

/// What was put aside.
#[derive(Debug, Default)]
pub struct Export {
    parts: Mutex<Vec<BufWriter<File>>>,
    medications: Mutex<Medications>,
}

/// Medications by folder and id.
#[derive(Debug, Default)]
struct Medications {
    file: Option<File>,
    end: u64,
    places: HashMap<(String, String), (u64, usize)>,
}

/// The resources of one patient, in an order that does not depend on the order in which they came.
#[derive(Debug)]
pub struct Group {
    /// The folder they stand in: ids of one are not those of another.
    pub folder: String,
    /// Each resource.
    pub bodies: Vec<Vec<u8>>,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn name(folder: &Path) -> String {
    folder.to_string_lossy().into_owned()
}

impl Export {
    /// Puts a resource of a patient aside.
    pub fn put(&self, folder: &Path, patient: &str, body: &[u8]) -> io::Result<()> {
        let key = format!("{}\0{patient}", name(folder));
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let mut parts = held(&self.parts);
        if parts.is_empty() {
            *parts = (0..PARTS).map(|_| tempfile::tempfile().map(BufWriter::new)).collect::<io::Result<_>>()?;
        }
        let part = usize::try_from(hasher.finish() % PARTS).expect("less than the number of parts");
        let part = &mut parts[part];
        for bytes in [key.as_bytes(), body] {
            part.write_all(&(bytes.len() as u64).to_le_bytes())?;
            part.write_all(bytes)?;
        }
        Ok(())
    }

    /// Keeps a Medication for those that refer to it.
    pub fn put_medication(&self, folder: &Path, id: &str, body: &[u8]) -> io::Result<()> {
        let mut medications = held(&self.medications);
        let at = medications.end;
        if medications.file.is_none() {
            medications.file = Some(tempfile::tempfile()?);
        }
        if let Some(file) = &mut medications.file {
            file.seek(SeekFrom::Start(at))?;
            file.write_all(body)?;
        }
        medications.end += body.len() as u64;
        medications.places.insert((name(folder), id.to_owned()), (at, body.len()));
        Ok(())
    }

    /// The Medication of this id in this folder.
    pub fn medication(&self, folder: &str, id: &str) -> io::Result<Option<Vec<u8>>> {
        let mut medications = held(&self.medications);
        let Some((at, length)) = medications.places.get(&(folder.to_owned(), id.to_owned())).copied() else { return Ok(None) };
        let Some(file) = &mut medications.file else { return Ok(None) };
        file.seek(SeekFrom::Start(at))?;
        let mut body = vec![0; length];
        file.read_exact(&mut body)?;
        Ok(Some(body))
    }

    /// What was put aside, patient by patient.
    pub fn groups(&self) -> Groups {
        Groups { parts: std::mem::take(&mut *held(&self.parts)).into_iter(), groups: BTreeMap::new() }
    }
}

/// See [`Export::groups`].
#[derive(Debug)]
pub struct Groups {
    parts: std::vec::IntoIter<BufWriter<File>>,
    groups: BTreeMap<String, Vec<Vec<u8>>>,
}

impl Iterator for Groups {
    type Item = io::Result<Group>;

    fn next(&mut self) -> Option<io::Result<Group>> {
        loop {
            if let Some((key, mut bodies)) = self.groups.pop_first() {
                bodies.sort();
                let folder = key.split('\0').next().unwrap_or_default().to_owned();
                return Some(Ok(Group { folder, bodies }));
            }
            match read(self.parts.next()?) {
                Ok(groups) => self.groups = groups,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// All of a part, by folder and patient.
fn read(part: BufWriter<File>) -> io::Result<BTreeMap<String, Vec<Vec<u8>>>> {
    let mut file = part.into_inner().map_err(io::IntoInnerError::into_error)?;
    let end = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    let mut reader = BufReader::new(file);
    let mut at = 0;
    let mut next = || -> io::Result<Vec<u8>> {
        let mut length = [0; 8];
        reader.read_exact(&mut length)?;
        let length = u64::from_le_bytes(length);
        at += 8 + length;
        let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        reader.read_exact(&mut bytes)?;
        Ok(bytes)
    };
    let mut groups: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    let mut taken = 0;
    while taken < end {
        let key = next()?;
        let body = next()?;
        taken += 16 + (key.len() + body.len()) as u64;
        groups.entry(String::from_utf8_lossy(&key).into_owned()).or_default().push(body);
    }
    Ok(groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_patient_of_every_folder_is_one_group_whatever_the_order() {
        let of = |order: &[usize]| {
            let all = [("a", "p1", "x"), ("b", "p1", "y"), ("a", "p2", "z"), ("a", "p1", "w"), ("a", "p1", "x")];
            let export = Export::default();
            for (folder, patient, body) in order.iter().map(|index| all[*index]) {
                export.put(Path::new(folder), patient, body.as_bytes()).expect("kept");
            }
            let mut groups: Vec<String> = export
                .groups()
                .map(|group| group.expect("read"))
                .map(|group| {
                    format!("{} {}", group.folder, group.bodies.iter().map(|body| String::from_utf8_lossy(body)).collect::<String>())
                })
                .collect();
            groups.sort();
            groups
        };
        assert_eq!(of(&[0, 1, 2, 3, 4]), ["a wxx", "a z", "b y"]);
        assert_eq!(of(&[4, 3, 2, 1, 0]), of(&[0, 1, 2, 3, 4]));
    }

    #[test]
    fn a_medication_is_found_in_its_own_folder() {
        let export = Export::default();
        export.put_medication(Path::new("a"), "m1", b"one").expect("kept");
        export.put_medication(Path::new("a"), "m2", b"two").expect("kept");
        export.put_medication(Path::new("b"), "m1", b"three").expect("kept");
        let found = |folder, id| export.medication(folder, id).expect("read").map(|body| String::from_utf8(body).expect("text"));
        assert_eq!(found("a", "m1").as_deref(), Some("one"));
        assert_eq!(found("b", "m1").as_deref(), Some("three"));
        assert_eq!(found("b", "m2"), None);
    }

    #[test]
    fn nothing_put_aside_leaves_no_file() {
        assert_eq!(Export::default().groups().count(), 0);
    }
}

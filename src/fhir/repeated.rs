//! What repeats in a record, read once: its medicines, directions and visits come again month after month, each in the same words.

use foldhash::HashMap;

use super::answer::member;
use super::view::{Cursor, Faults, Member};

/// What was made of the values of some members, by their text.
#[derive(Debug)]
pub(super) struct Repeated<'a, T> {
    met: HashMap<(&'static str, &'a str), (T, Faults)>,
}

impl<T> Default for Repeated<'_, T> {
    fn default() -> Self {
        Repeated { met: HashMap::default() }
    }
}

impl<'a, T: Clone> Repeated<'a, T> {
    /// What `read` makes of the member of this name, if there is one; it is asked once for all that are written alike. What it notes is
    /// noted for each.
    pub(super) fn read(
        &mut self,
        name: &'static str,
        members: &[Member<'a>],
        faults: &mut Faults,
        read: impl FnOnce(&mut Cursor<'a>, &mut Faults) -> T,
    ) -> Option<T> {
        let value = member(members, name)?;
        let (made, found) = self.met.entry((name, value.get())).or_insert_with(|| {
            let mut found = Faults::default();
            (read(&mut Cursor::of(value), &mut found), found)
        });
        faults.add(found);
        Some(made.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fhir::view::{Concept, Slot};

    #[test]
    fn what_is_written_alike_is_read_once_and_its_faults_are_told_each_time() {
        let values =
            [r#"{"text":7}"#, r#"{"text":7}"#, r#"{"text":8}"#].map(|text| serde_json::value::RawValue::from_string(text.to_owned()));
        let values = values.map(|value| value.expect("JSON"));
        let mut repeated = Repeated::default();
        let mut asked = 0;
        for value in &values {
            let mut faults = Faults::default();
            let members = [Member { name: "code".into(), value }];
            let read = |from: &mut Cursor<'_>, faults: &mut Faults| {
                asked += 1;
                let mut concept: Option<Concept<'_>> = None;
                concept.put("code", from, faults);
            };
            assert_eq!(repeated.read("code", &members, &mut faults, read), Some(()));
            assert_eq!(faults.paths(), ["code.text"]);
            assert_eq!(repeated.read("kind", &members, &mut faults, |_, _| ()), None, "what is not there is not asked for");
        }
        assert_eq!(asked, 2);
    }
}
